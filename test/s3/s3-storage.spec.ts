import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { S3Storage } from '../../src/files/storage/s3-storage.js';
import { bytesOf } from '../support/bytes-of.js';
import { type S3Server, startS3 } from '../support/s3-server.js';
import { objectStorageContract } from '../contracts/object-storage.contract.js';

const MAX_OBJECT_BYTES = 52_428_800;

let server: S3Server;
beforeAll(async () => void (server = await startS3()));
afterAll(() => server.stop());

objectStorageContract('S3Storage', async () => {
  const bucket = await server.bucket();
  return {
    storage: new S3Storage(bucket.config, MAX_OBJECT_BYTES),
    count: async () => (await bucket.list()).length,
    dispose: () => Promise.resolve(),
  };
});

describe('S3Storage', () => {
  it('sends large objects in parts, and leaves no part when an upload breaks off', async () => {
    const bucket = await server.bucket();
    const storage = new S3Storage(bucket.config, MAX_OBJECT_BYTES);
    const bytes = randomBytes(12_000_001);
    const key = crypto.randomUUID();
    await storage.write(key, Readable.from([bytes.subarray(0, 7_000_000), bytes.subarray(7_000_000)]));
    const opened = await storage.open(key);
    expect((await bytesOf(opened.source)).equals(bytes)).toBe(true);
    const failing = Readable.from(
      (function* () {
        yield bytes;
        throw new Error('the client went away');
      })(),
    );
    await expect(storage.write(crypto.randomUUID(), failing)).rejects.toThrow('the client went away');
    expect(await bucket.list()).toEqual([`blobs/${key}`]);
  });

  it('gives a URL that serves the bytes with the requested type and name', async () => {
    const storage = new S3Storage((await server.bucket()).config, MAX_OBJECT_BYTES);
    const key = crypto.randomUUID();
    await storage.write(key, Readable.from([Buffer.from('hello')]));
    const handover = await storage.handOver(key, {
      contentType: 'text/plain',
      contentDisposition: 'attachment; filename="a.txt"',
    });
    if (handover.via !== 'redirect') throw new Error('not a redirect');
    expect(await (await fetch(handover.url)).text()).toBe('hello');
    // AWS and MinIO answer with these headers. The test server does not.
    const query = new URL(handover.url).searchParams;
    expect(query.get('response-content-type')).toBe('text/plain');
    expect(query.get('response-content-disposition')).toBe('attachment; filename="a.txt"');
    expect(query.get('X-Amz-Expires')).toBe('60');
    expect((await fetch(handover.url.replace(key, crypto.randomUUID()))).status).not.toBe(200);
  });

  it('reports unavailable when there is no bucket or no answer', async () => {
    const { config } = await server.bucket();
    const nowhere = [
      new S3Storage({ ...config, bucket: 'there-is-no-such-bucket' }, MAX_OBJECT_BYTES),
      new S3Storage({ ...config, endpoint: 'http://127.0.0.1:1' }, MAX_OBJECT_BYTES),
    ];
    for (const storage of nowhere) {
      await expect(storage.check()).rejects.toMatchObject({ reason: 'unavailable' });
      await expect(storage.write(crypto.randomUUID(), Readable.from(['x']))).rejects.toMatchObject({
        reason: 'unavailable',
      });
      await expect(storage.open(crypto.randomUUID())).rejects.toMatchObject({ reason: 'unavailable' });
    }
  });
});
