import { describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
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
  it('reports unavailable, not missing, when its directories are missing or blocked', async () => {
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
});
