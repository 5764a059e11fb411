import { describe, expect, it, jest } from '@jest/globals';
import { type FileHandle, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { LocalStorage } from '../../src/files/storage/local-storage.js';
import { storedFiles } from '../support/storage-files.js';
import { objectStorageContract } from './object-storage.contract.js';

objectStorageContract('LocalStorage', async () => {
  const root = await mkdtemp(join(tmpdir(), 'local-'));
  return {
    storage: new LocalStorage(root),
    count: async () => (await storedFiles(root)).length,
    dispose: () => rm(root, { recursive: true, force: true }),
  };
});

describe('LocalStorage', () => {
  it('says unavailable, not missing, when its directories are gone or blocked', async () => {
    const root = await mkdtemp(join(tmpdir(), 'local-'));
    const storage = new LocalStorage(root);
    await storage.prepare();
    await rm(join(root, 'blobs'), { recursive: true });
    await expect(storage.check()).rejects.toMatchObject({ reason: 'unavailable' });
    await writeFile(join(root, 'blobs'), 'in the way');
    await expect(storage.write(crypto.randomUUID(), Readable.from(['x']))).rejects.toMatchObject({
      reason: 'unavailable',
    });
    await rm(root, { recursive: true });
  });

  it('takes no more memory to read a file than the file has bytes', async () => {
    const root = await mkdtemp(join(tmpdir(), 'local-'));
    const storage = new LocalStorage(root);
    await storage.prepare();
    const [small, empty] = [crypto.randomUUID(), crypto.randomUUID()];
    await storage.write(small, Readable.from(['sixteen bytes ..']));
    await storage.write(empty, Readable.from([]));
    const read = await readsOfFiles(root);
    try {
      const { stream } = await storage.open(small);
      expect((await buffer(stream)).toString()).toBe('sixteen bytes ..');
      expect(read.mock.calls.map(([into]) => into.byteLength)).toEqual([16]);
    } finally {
      read.mockRestore();
    }
    const { stream } = await storage.open(empty);
    expect(await buffer(stream)).toHaveLength(0);
    await rm(root, { recursive: true });
  });
});

/** Watches with which buffers files are read; Node does not export the class of their handles. */
async function readsOfFiles(directory: string) {
  const handle = await open(directory);
  const prototype = Object.getPrototypeOf(handle) as {
    read(into: Uint8Array): ReturnType<FileHandle['read']>;
  };
  await handle.close();
  return jest.spyOn(prototype, 'read');
}
