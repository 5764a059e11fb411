import { afterAll, beforeAll } from '@jest/globals';
import { S3GrowingStorage } from '../../src/files/storage/s3-growing-storage.js';
import { S3Storage } from '../../src/files/storage/s3-storage.js';
import { growingStorageContract } from '../contracts/growing-storage.contract.js';
import { objectStorageContract } from '../contracts/object-storage.contract.js';
import { Encryption } from '../support/encrypted-storage.js';
import { type S3Server, startS3 } from '../support/s3-server.js';

let server: S3Server;
let encryption: Encryption;
beforeAll(async () => {
  server = await startS3();
  encryption = await Encryption.open();
});
afterAll(async () => {
  await encryption.database.close();
  await server.stop();
});

async function openBucket() {
  const bucket = await server.bucket();
  return {
    storage: encryption.storage(new S3Storage(bucket.config, 52_500_000)),
    growing: encryption.growing(new S3GrowingStorage(bucket.config, 5_500_000_000)),
    count: async () => (await bucket.list()).length,
    dispose: () => Promise.resolve(),
  };
}

objectStorageContract('EncryptedStorage on S3Storage', openBucket);
growingStorageContract('EncryptedGrowingStorage on S3GrowingStorage', openBucket);
