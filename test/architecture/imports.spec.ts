import { describe, expect, it } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join, normalize, relative } from 'node:path';

const EVERY_FEATURE = [
  'config',
  'logging',
  'common',
  'http',
  'events',
  'database',
  'users',
  'auth',
  'files',
  'audit',
];

/** Who may import whom: the table of the README. A folder may always import itself. */
const ALLOWED: Record<string, string[]> = {
  config: [],
  logging: ['common'],
  common: [],
  http: ['common', 'config'],
  events: ['common'],
  database: ['common', 'config'],
  users: ['common', 'events', 'database'],
  auth: ['common', 'events', 'config', 'database', 'users'],
  files: ['common', 'events', 'config', 'database', 'files/storage'],
  'files/storage': ['config'],
  audit: ['common', 'events', 'config', 'database', 'audit/merkle'],
  'audit/merkle': [],
  cli: [...EVERY_FEATURE, 'audit/merkle', 'files/storage', 'health', 'metrics', '.'],
  health: ['common', 'events', 'database', 'files/storage'],
  metrics: ['common', 'events', 'database', 'files/storage'],
};

/** The composition root imports every module; nobody imports it. */
const ROOT = '.';

function folderOf(path: string): string {
  const folder = relative('src', path).split('/').slice(0, -1);
  if (folder.length === 0) return ROOT;
  const inner = folder.slice(0, 2).join('/');
  return inner in ALLOWED ? inner : folder[0]!;
}

async function sources(): Promise<{ path: string; text: string }[]> {
  const entries = await readdir('src', { recursive: true });
  const paths = entries.filter((entry) => entry.endsWith('.ts')).map((entry) => join('src', entry));
  return Promise.all(paths.map(async (path) => ({ path, text: await readFile(path, 'utf8') })));
}

function importsOf(path: string, text: string): string[] {
  const relativeImports = [...text.matchAll(/(?:from|import\()\s*'(\.{1,2}\/[^']+)'/g)].map(
    ([, target]) => target!,
  );
  return relativeImports.map((target) => normalize(join(path, '..', target)));
}

describe('architecture', () => {
  it('lets no folder import what the table does not allow', async () => {
    const faults: string[] = [];
    for (const { path, text } of await sources()) {
      const from = folderOf(path);
      if (from === ROOT) continue;
      expect([path, Object.keys(ALLOWED)]).toEqual([path, expect.arrayContaining([from])]);
      for (const target of importsOf(path, text)) {
        const to = folderOf(target);
        if (to !== from && !ALLOWED[from]!.includes(to)) faults.push(`${path} imports ${target}`);
      }
    }
    expect(faults).toEqual([]);
  });

  it('has no barrels and no forwardRef, and reads the environment in src/config only', async () => {
    for (const { path, text } of await sources()) {
      expect(path).not.toMatch(/\/(index|utils|helpers)\.ts$/);
      expect([path, /forwardRef/.test(text)]).toEqual([path, false]);
      if (folderOf(path) !== 'config') expect([path, /process\.env/.test(text)]).toEqual([path, false]);
    }
  });

  it('opens transactions in one place', async () => {
    const elsewhere = (await sources()).filter(
      ({ path, text }) =>
        !path.startsWith('src/database/') &&
        /\.(transaction|startTransaction)\(|'BEGIN/.test(text) &&
        !/\.spec\.ts$/.test(path),
    );
    expect(elsewhere.map(({ path }) => path)).toEqual([]);
  });
});
