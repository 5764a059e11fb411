import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { S3Storage } from '../../src/files/storage/s3-storage.js';

/** Tests without a bucket. The contract runs against a server in `test/s3`. */
describe('S3Storage without a server', () => {
  const saved = { ...process.env };
  beforeAll(
    () => void Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }),
  );
  afterAll(() => void (process.env = saved));

  const storage = new S3Storage(
    { bucket: 'files', region: 'us-east-1', endpoint: 'http://127.0.0.1:1', forcePathStyle: true },
    52_428_800,
  );
  const unavailable = { name: 'StorageError', reason: 'unavailable' };

  it('reports unavailable with the cause, for every operation', async () => {
    const key = crypto.randomUUID();
    const source = Readable.from(['x']);
    await expect(storage.write(key, source)).rejects.toMatchObject(unavailable);
    expect(source.destroyed).toBe(true);
    for (const work of [
      () => storage.open(key),
      () => storage.open(key, { start: 0, end: 1 }),
      () => storage.stat(key),
      () => storage.delete(key),
      () => storage.check(),
    ]) {
      await expect(work()).rejects.toMatchObject({ ...unavailable, cause: expect.anything() });
    }
  });

  it('signs a URL without a request, and refuses an invalid key', async () => {
    await storage.prepare();
    const as = { contentType: 'text/plain', contentDisposition: 'attachment' };
    const handover = await storage.handOver(crypto.randomUUID(), as);
    expect(handover).toMatchObject({ via: 'redirect', url: expect.stringContaining('X-Amz-Signature=') });
    await expect(storage.handOver('../x', as)).rejects.toThrow('must be a UUID');
  });
});
