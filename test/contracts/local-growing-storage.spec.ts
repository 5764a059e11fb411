import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalGrowingStorage } from '../../src/files/storage/local-growing-storage.js';
import { LocalStorage } from '../../src/files/storage/local-storage.js';
import { storedFiles } from '../support/storage-files.js';
import { growingStorageContract } from './growing-storage.contract.js';

growingStorageContract('LocalGrowingStorage', async () => {
  const root = await mkdtemp(join(tmpdir(), 'growing-'));
  const storage = new LocalStorage(root);
  return {
    growing: new LocalGrowingStorage(root, storage),
    storage,
    count: async () => (await storedFiles(root)).length,
    dispose: () => rm(root, { recursive: true, force: true }),
  };
});
