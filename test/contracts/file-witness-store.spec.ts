import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, open, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileWitnessStore } from '../../src/audit/witness/file-witness-store.js';
import { SmallLog } from '../support/small-log.js';
import { witnessStoreContract } from './witness-store.contract.js';

witnessStoreContract('FileWitnessStore', async () => {
  const root = await mkdtemp(join(tmpdir(), 'witness-'));
  return {
    open: () => new FileWitnessStore(root, 'log.test'),
    dispose: () => rm(root, { recursive: true }),
  };
});

describe('FileWitnessStore', () => {
  const log = new SmallLog().add(...Array.from({ length: 200 }, () => null));
  let root: string;
  let store: FileWitnessStore;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'witness-'));
    store = new FileWitnessStore(root, 'log.test');
  });
  afterEach(() => rm(root, { recursive: true }));

  const directory = async () =>
    join(
      root,
      (await readdir(root)).find((name) => name.startsWith('log.test-'))!,
    );

  async function fill(count: number): Promise<void> {
    for (let size = 1; size <= count; size++) {
      const read = await store.fetch();
      await (read === null ? store.create(log.checkpoint(size)) : store.replace(read, log.checkpoint(size)));
    }
  }

  it('keeps logs apart whose names give similar file names', async () => {
    const stores = ['a/b', 'a_b', '../a_b', 'a_B', 'ä'.repeat(100)].map(
      (origin) => new FileWitnessStore(root, origin),
    );
    for (const [index, each] of stores.entries())
      expect(await each.create(log.checkpoint(index + 1))).toBe(true);
    for (const [index, each] of stores.entries()) expect(await each.fetch()).toBe(log.checkpoint(index + 1));
    expect(await readdir(join(root, '..'))).not.toContain('a_b');
  });

  it('uses the notes of earlier versions for hosts and ports until there is a newer note', async () => {
    const other = new SmallLog(log.privateKey, 'other.test').add(...Array.from({ length: 150 }, () => null));
    await writeFile(join(root, 'host-8080.checkpoint'), log.checkpoint(7));
    await writeFile(join(root, 'host-8081.checkpoint'), log.checkpoint(9));
    await writeFile(join(root, 'host-8082.checkpoint'), other.checkpoint(150));
    await writeFile(join(root, 'host-8083.checkpoint.new'), 'half a no');
    expect(await store.fetch()).toBe(log.checkpoint(9));
    expect(await store.create(log.checkpoint(10))).toBe(false);
    expect(await store.replace(log.checkpoint(9), log.checkpoint(10))).toBe(true);
    expect(await store.fetch()).toBe(log.checkpoint(10));
    // An instance of the earlier version that is still running.
    await writeFile(join(root, 'host-8080.checkpoint'), log.checkpoint(12));
    expect(await new FileWitnessStore(root, 'log.test').fetch()).toBe(log.checkpoint(12));
    expect((await store.earlier()).sort()).toEqual([log.checkpoint(12), log.checkpoint(9)].sort());
  });

  it('refuses a file that is not a checkpoint', async () => {
    await fill(3);
    await writeFile(join(await directory(), '000000000000004'), '');
    await expect(store.fetch()).rejects.toThrow('holds no checkpoint');
    await expect(store.replace(log.checkpoint(3), log.checkpoint(4))).rejects.toThrow('holds no checkpoint');
    await writeFile(join(root, 'host-8080.checkpoint'), 'nonsense');
    await expect(new FileWitnessStore(root, 'log.test').fetch()).rejects.toThrow(
      'host-8080.checkpoint holds no checkpoint',
    );
  });

  it('keeps few generations and no draft of a crashed process', async () => {
    await fill(1);
    const [old, fresh] = [join(await directory(), 'old.draft'), join(await directory(), 'fresh.draft')];
    await writeFile(old, 'half a no');
    await writeFile(fresh, 'half a no');
    await utimes(old, 0, 0);
    await fill(100);
    const names = await readdir(await directory());
    expect(names.filter((name) => name.endsWith('.draft'))).toEqual(['fresh.draft']);
    expect(names).toHaveLength(65);
    expect(names).toContain('000000000000101');
  });

  it('does not use the number of a pruned generation again', async () => {
    await fill(2);
    // A reader of a pipe waits for its writer.
    const pipe = join(await directory(), '000000000000003');
    execFileSync('mkfifo', [pipe]);
    const slow = store.replace(log.checkpoint(3), log.checkpoint(4));
    const writer = await open(pipe, 'w');
    // The reader has seen the third generation as the newest. Meanwhile newer ones were made and the fourth
    // was pruned.
    await writeFile(join(await directory(), '000000000000090'), log.checkpoint(90));
    await writer.writeFile(log.checkpoint(3));
    await writer.close();
    expect(await slow).toBe(false);
    expect(await store.fetch()).toBe(log.checkpoint(90));
  });

  it('reports a place that cannot be reached', async () => {
    await rm(root, { recursive: true });
    await writeFile(root, 'in the way');
    await expect(store.fetch()).rejects.toThrow('ENOTDIR');
    await expect(store.create(log.checkpoint(1))).rejects.toThrow('ENOTDIR');
    await rm(root);
    await mkdir(root);
  });
});
