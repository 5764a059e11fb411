import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClientPackage, examples } from '../support/client-package.js';
import { startApp, type TestApp } from '../support/test-app.js';

const ADDRESS = 'http://localhost:8080';
const EMAIL = 'ada@example.org';
const PASSWORD = 'correct horse battery staple';

const all = [...(await examples())];
const [[, signIn]] = all as [[string, string]];

interface Program {
  readonly title: string;
  readonly name: string;
  readonly email: string;
  readonly code: string;
}

/** An example as a program with a user of its own. Signing in is a part of each. */
function programOf([title, code]: readonly [string, string]): Program {
  const name = `example-${parseInt(title, 10)}`;
  const email = `${name}@example.org`;
  const whole = code === signIn ? code : signIn + code;
  return { title, name, email, code: whole.replaceAll(EMAIL, email) };
}

/** What the lines of a program print, by its own words. */
const promised = (code: string) => [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, text]) => text);

describe('the README of the TypeScript client', () => {
  const programs = all.map(programOf);
  let server: TestApp;
  let installed: ClientPackage;
  beforeAll(async () => {
    server = await startApp();
    installed = await ClientPackage.install();
    const texts = programs.map(({ name, code }) => [name, code.replaceAll(ADDRESS, server.url)] as const);
    await installed.write('holiday.mp4', Buffer.alloc(12_000_000, 7));
    await installed.compile(new Map(texts));
  });
  afterAll(async () => {
    await installed.remove();
    await server.close();
  });

  it('has ten examples', () => expect(all).toHaveLength(10));

  it.each(programs)('$title', async ({ name, email, code }) => {
    await server.user(email, PASSWORD);
    expect(await installed.run(name)).toEqual(promised(code));
  });
});
