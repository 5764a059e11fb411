import { afterAll, beforeAll } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalGrowingStorage } from '../../src/files/storage/local-growing-storage.js';
import { LocalStorage } from '../../src/files/storage/local-storage.js';
import { Encryption } from '../support/encrypted-storage.js';
import { storedFiles } from '../support/storage-files.js';
import { growingStorageContract } from './growing-storage.contract.js';
import { objectStorageContract } from './object-storage.contract.js';

let encryption: Encryption;
beforeAll(async () => void (encryption = await Encryption.open()));
afterAll(() => encryption.database.close());

async function openLocal() {
  const root = await mkdtemp(join(tmpdir(), 'encrypted-'));
  const stored = new LocalStorage(root);
  return {
    storage: encryption.storage(stored),
    growing: encryption.growing(new LocalGrowingStorage(root, stored)),
    count: async () => (await storedFiles(root)).length,
    dispose: () => rm(root, { recursive: true, force: true }),
  };
}

objectStorageContract('EncryptedStorage on LocalStorage', openLocal);
growingStorageContract('EncryptedGrowingStorage on LocalGrowingStorage', openLocal);
