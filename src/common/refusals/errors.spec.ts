import { describe, expect, it } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { STATUS_CODES } from 'node:http';
import { CATALOGUE, errors } from './errors.js';

/** The status of tus for bytes with another checksum. It is not one of HTTP. */
const TUS_CHECKSUM = 460;

type Entries = Record<string, Record<string, { readonly code: string }>>;

describe('the catalogue of refusals', () => {
  it('has every entry of every noun, and no code and no name twice', async () => {
    const files = (await readdir('src/common/refusals')).filter((file) => file.endsWith('-refusals.ts'));
    const nouns = files
      .filter((file) => file !== 'api-refusals.ts')
      .map((file) => file.replace('.ts', '.js'));
    const modules = await Promise.all(nouns.map((noun) => import(`./${noun}`) as Promise<Entries>));
    const entries = modules.flatMap((module) =>
      Object.values(module).flatMap(Object.entries<{ code: string }>),
    );
    expect(entries.map(([name]) => name).sort()).toEqual(Object.keys(errors).sort());
    expect(entries.map(([, { code }]) => code).sort()).toEqual(Object.keys(CATALOGUE).sort());
  });

  it('has codes of lower-case words, statuses of HTTP, and titles without a full stop', () => {
    for (const [code, { status, title }] of Object.entries(CATALOGUE)) {
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect([code, status >= 400 && (status in STATUS_CODES || status === TUS_CHECKSUM)]).toEqual([
        code,
        true,
      ]);
      expect(title).toMatch(/^[A-Z].*[^.]$/);
    }
  });
});
