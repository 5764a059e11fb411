import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import type { Client, FileBody } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';

const run = promisify(execFile);

/** The code of `docs/signed-requests.md` in this language, all blocks together. */
async function codeOf(language: 'ts' | 'bash'): Promise<string> {
  const page = await readFile('docs/signed-requests.md', 'utf8');
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))]
    .map(([, code]) => code)
    .join('\n');
}

/** What the page shows is what runs here, in a directory of its own. */
describe('the clients of docs/signed-requests.md', () => {
  let server: TestApp;
  let owner: Client;
  let directory: string;
  let environment: NodeJS.ProcessEnv;
  beforeAll(async () => {
    server = await startApp();
  });
  afterAll(() => server.close());

  beforeEach(async () => {
    owner = await server.user();
    directory = await mkdtemp(join(tmpdir(), 'signed-'));
    await run('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', 'key.pem'], { cwd: directory });
    const { stdout } = await run('openssl', ['pkey', '-in', 'key.pem', '-pubout'], { cwd: directory });
    const { body } = await owner.json<{ id: string }>('POST', '/api/auth/keys', {
      name: 'nightly backup',
      scopes: ['files:read', 'files:write'],
      public_key: stdout,
    });
    environment = { PATH: process.env.PATH, KEY_ID: body.id, API_URL: server.url };
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const uploaded = async () => {
    const { body } = await owner.json<FileBody[]>('GET', '/api/files');
    return Promise.all(body.map(async ({ id, name }) => [name, (await owner.download(id)).body.toString()]));
  };

  it('in TypeScript uploads and lists, with Node alone', async () => {
    const { outputText } = ts.transpileModule(await codeOf('ts'), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
    });
    await writeFile(join(directory, 'client.mjs'), outputText);
    const { stdout } = await run(process.execPath, ['client.mjs'], { cwd: directory, env: environment });
    expect(stdout).toMatch(/^201 \[\{.*"name":"report.txt"/);
    expect(await uploaded()).toEqual([['report.txt', 'the bytes']]);
  });

  it('with openssl and curl uploads and lists', async () => {
    await writeFile(join(directory, 'report.txt'), 'the bytes\n');
    await writeFile(join(directory, 'client.sh'), await codeOf('bash'));
    const { stdout } = await run('bash', ['-eu', 'client.sh'], { cwd: directory, env: environment });
    expect(stdout).toMatch(/^\[\{.*"name":"report.txt"/);
    expect(await uploaded()).toEqual([['report.txt', 'the bytes\n']]);
  });
});
