import { describe, expect, it } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';

/** Imports of each file or folder. */
type Graph = ReadonlyMap<string, ReadonlySet<string>>;

interface Room {
  /** Below `src`. */
  readonly folder: string;
  /** `any` for the composition root and the commands. */
  readonly mayImport: readonly string[] | 'any';
}

/**
 * The README's table of allowed imports. A name stands for the folder and the folders in it. A folder may
 * always import itself.
 */
async function rooms(): Promise<Room[]> {
  const readme = await readFile('README.md', 'utf8');
  const rows = [...readme.matchAll(/^\| `src\/([^`]*)` +\|[^|]*\|([^|]*)\|$/gm)];
  return rows.map(([, folder, may]) => ({
    folder: folder!.replace(/\/$/, ''),
    mayImport: may!.trim() === 'any' ? 'any' : [...may!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
  }));
}

async function sources(): Promise<Map<string, string>> {
  const entries = await readdir('src', { recursive: true });
  const paths = entries.filter((entry) => entry.endsWith('.ts')).map((entry) => join('src', entry));
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')] as const)));
}

/** The files of `src` that a file imports, types included. */
function importsOf(path: string, text: string): string[] {
  return [...text.matchAll(/(?:from|import\()\s*'(\.{1,2}\/[^']+)\.js'/g)].map(([, target]) =>
    normalize(join(path, '..', `${target}.ts`)),
  );
}

async function fileGraph(): Promise<Graph> {
  const files = [...(await sources())].filter(([path]) => !path.endsWith('.spec.ts'));
  return new Map(files.map(([path, text]) => [path, new Set(importsOf(path, text))]));
}

/** Imports between the folders of the files, without those inside one folder. */
function folderGraph(files: Graph): Graph {
  const folders = new Map<string, Set<string>>();
  for (const [path, targets] of files) {
    const from = dirname(path);
    const arrows = folders.get(from) ?? new Set<string>();
    folders.set(from, arrows);
    for (const target of targets) if (dirname(target) !== from) arrows.add(dirname(target));
  }
  return folders;
}

/** One circle, as a list of its members. Null when there is none. */
function circleIn(graph: Graph): string[] | null {
  const done = new Set<string>();
  const walk = (node: string, way: readonly string[]): string[] | null => {
    if (way.includes(node)) return [...way.slice(way.indexOf(node)), node];
    if (done.has(node)) return null;
    for (const target of graph.get(node) ?? []) {
      const circle = walk(target, [...way, node]);
      if (circle !== null) return circle;
    }
    done.add(node);
    return null;
  };
  for (const node of graph.keys()) {
    const circle = walk(node, []);
    if (circle !== null) return circle;
  }
  return null;
}

const isWithin = (folder: string, name: string) => folder === name || folder.startsWith(`${name}/`);

describe('architecture', () => {
  it('has a row in the README’s table for every folder, and none for a folder that is not there', async () => {
    const files = await sources();
    const folders = new Set([...files.keys()].map((path) => dirname(path).replace(/^src\/?/, '')));
    expect((await rooms()).map(({ folder }) => folder).sort()).toEqual([...folders].sort());
  });

  it('allows no folder an import that is not in the table', async () => {
    const table = new Map((await rooms()).map(({ folder, mayImport }) => [folder, mayImport]));
    const faults: string[] = [];
    for (const [path, targets] of await fileGraph()) {
      const from = dirname(path).replace(/^src\/?/, '');
      const allowed = table.get(from) ?? [];
      for (const target of targets) {
        const to = dirname(target).replace(/^src\/?/, '');
        if (to === from || allowed === 'any' || allowed.some((name) => isWithin(to, name))) continue;
        faults.push(`${path} imports ${target}`);
      }
    }
    expect(faults).toEqual([]);
  });

  it('has no permission in the table that no file needs', async () => {
    const folders = folderGraph(await fileGraph());
    const idle: string[] = [];
    for (const { folder, mayImport } of await rooms()) {
      if (mayImport === 'any') continue;
      const used = [...(folders.get(join('src', folder)) ?? [])].map((target) =>
        target.replace(/^src\/?/, ''),
      );
      for (const name of mayImport)
        if (!used.some((to) => isWithin(to, name))) idle.push(`${folder} → ${name}`);
    }
    expect(idle).toEqual([]);
  });

  it('has no circle of files or folders, imports of types included', async () => {
    const files = await fileGraph();
    expect(circleIn(files)).toBeNull();
    expect(circleIn(folderGraph(files))).toBeNull();
  });

  it('lets the console import of src only what verifies', async () => {
    const entries = await readdir('web', { recursive: true });
    const paths = entries.filter((entry) => /\.tsx?$/.test(entry)).map((entry) => join('web', entry));
    const imported = new Set<string>();
    for (const path of paths)
      for (const target of importsOf(path, await readFile(path, 'utf8')))
        if (target.startsWith('src/')) imported.add(dirname(target));
    expect([...imported].sort()).toEqual(['src/audit/merkle', 'src/audit/verify']);
  });

  it('finds a circle where there is one', () => {
    const graph = new Map([
      ['a', new Set(['b'])],
      ['b', new Set(['c'])],
      ['c', new Set(['b'])],
    ]);
    expect(circleIn(graph)).toEqual(['b', 'c', 'b']);
  });

  it('has no barrels and no forwardRef, and reads the environment in src/config only', async () => {
    for (const [path, text] of await sources()) {
      expect(path).not.toMatch(/\/(index|utils|helpers)\.ts$/);
      expect([path, /forwardRef/.test(text)]).toEqual([path, false]);
      if (!path.startsWith('src/config/')) expect([path, /process\.env/.test(text)]).toEqual([path, false]);
    }
  });

  it('opens transactions in one place', async () => {
    const elsewhere = [...(await sources())].filter(
      ([path, text]) =>
        !path.startsWith('src/database/') &&
        /\.(transaction|startTransaction)\(|'BEGIN/.test(text) &&
        !path.endsWith('.spec.ts'),
    );
    expect(elsewhere.map(([path]) => path)).toEqual([]);
  });
});
