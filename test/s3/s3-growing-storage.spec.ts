import { afterAll, beforeAll } from '@jest/globals';
import { S3GrowingStorage } from '../../src/files/storage/s3-growing-storage.js';
import { S3Storage } from '../../src/files/storage/s3-storage.js';
import { growingStorageContract } from '../contracts/growing-storage.contract.js';
import { type S3Server, startS3 } from '../support/s3-server.js';

let server: S3Server;
beforeAll(async () => void (server = await startS3()));
afterAll(() => server.stop());

growingStorageContract('S3GrowingStorage', async () => {
  const bucket = await server.bucket();
  return {
    growing: new S3GrowingStorage(bucket.config, 5_368_709_120),
    storage: new S3Storage(bucket.config, 52_428_800),
    count: async () => (await bucket.list()).length,
    dispose: () => Promise.resolve(),
  };
});
