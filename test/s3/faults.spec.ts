import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { Client } from '../support/client.js';
import { environmentOf, type S3Server, startS3, type TestBucket } from '../support/s3-server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { startApp, type TestApp } from '../support/test-app.js';
import { TusClient } from '../support/tus.js';

const MIB = 1024 * 1024;
/** Every answer comes within 15 s. A loaded machine may need more. */
const ANSWERED_MS = 20_000;

describe('security.md: slow parts, a bucket', () => {
  let s3: S3Server;
  let bucket: TestBucket;
  let proxy: TcpProxy;
  let server: TestApp;
  let client: Client;
  beforeAll(async () => {
    s3 = await startS3();
    bucket = await s3.bucket();
    proxy = await TcpProxy.to(s3.endpoint);
    server = await startApp({ ...environmentOf(bucket), S3_ENDPOINT: proxy.url });
    client = await server.user();
  });
  afterEach(() => proxy.heal());
  afterAll(async () => {
    await server.close();
    await proxy.close();
    await s3.stop();
  });

  const timed = async <T>(work: Promise<T>): Promise<T> => {
    const begun = Date.now();
    const answer = await work;
    expect(Date.now() - begun).toBeLessThan(ANSWERED_MS);
    return answer;
  };
  const expectUnavailable = ({ status, headers, body }: Awaited<ReturnType<Client['upload']>>) => {
    expect([status, body.code]).toEqual([503, 'storage_unavailable']);
    expect(headers.get('retry-after')).toMatch(/^\d+$/);
  };

  it('answers everything within 15 s while the bucket is frozen, and recovers', async () => {
    const kept = await client.upload(randomBytes(MIB));
    const gone = await client.upload(randomBytes(MIB));
    proxy.freezeAfter = 0;
    const [small, large, download, head, deletion, list] = await Promise.all([
      timed(client.upload(randomBytes(1000))),
      timed(client.upload(randomBytes(12 * MIB))),
      timed(client.download(kept.body.id)),
      timed(client.download(kept.body.id, {}, 'HEAD')),
      timed(client.json('DELETE', `/api/files/${gone.body.id}?permanently=true`)),
      timed(client.json('GET', '/api/files')),
    ]);
    expectUnavailable(small);
    expectUnavailable(large);
    expect([download.status, download.headers.get('retry-after')]).toEqual([503, '2']);
    expect(head.status).toBe(503);
    // The row is deleted, and the bytes are on the ledger.
    expect(deletion.status).toBe(204);
    expect(list.status).toBe(200);
    proxy.heal();
    expect((await client.download(kept.body.id)).status).toBe(200);
    expect((await client.upload(randomBytes(6 * MIB))).status).toBe(201);
  });

  it.each([1, 3, 7, 11])(
    'answers 503 when the connection to the bucket is cut after %i of 12 MiB',
    async (mebibytes) => {
      proxy.cutAfter = mebibytes * MIB;
      expectUnavailable(await timed(client.upload(randomBytes(12 * MIB))));
      expect((await client.trail('&action=FILE_REFUSED'))[0]).toMatchObject({
        metadata: { reason: 'storage_unavailable' },
      });
    },
    60_000,
  );

  it('answers 503 when the bucket freezes in the middle of an upload', async () => {
    proxy.freezeAfter = 7 * MIB;
    expectUnavailable(await timed(client.upload(randomBytes(12 * MIB))));
  });

  it.each(['freezes', 'cuts every connection'])(
    'answers 503 when the bucket %s in the middle of a resumable upload, which goes on afterwards',
    async (fault) => {
      const bytes = randomBytes(17 * MIB);
      const tus = new TusClient(client);
      const path = await tus.begin(bytes.length);
      await tus.patch(path, 0, bytes.subarray(0, 6 * MIB));
      Object.assign(proxy, fault === 'freezes' ? { freezeAfter: 8 * MIB } : { cutAfter: 8 * MIB });
      const failed = await timed(tus.patch(path, 6 * MIB, bytes.subarray(6 * MIB)));
      expect([failed.status, failed.code]).toEqual([503, 'storage_unavailable']);
      proxy.heal();
      const { offset } = await tus.head(path);
      expect(offset).toBeGreaterThanOrEqual(6 * MIB);
      const { fileId } = await tus.patch(path, offset, bytes.subarray(offset));
      expect((await client.download(fileId!)).body.equals(bytes)).toBe(true);
    },
    90_000,
  );

  it('does not cut an upload to a slow bucket that makes progress', async () => {
    const bytes = randomBytes(48 * MIB);
    // A part takes more than 4 s and the whole 20 s. The bytes that the kernel buffers show no progress.
    proxy.bytesPerSecond = 1_200_000;
    const { status, body } = await client.upload(bytes);
    expect(status).toBe(201);
    proxy.heal();
    expect((await client.download(body.id)).body.equals(bytes)).toBe(true);
  });

  it('breaks a download off when the bucket freezes in the middle, not when the client reads slowly', async () => {
    const bytes = randomBytes(40 * MIB);
    const { body } = await client.upload(bytes);
    const slow = await client.fetch(`/api/files/${body.id}`);
    const frozen = await client.fetch(`/api/files/${body.id}`);
    const reader = slow.body!.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    await reader.read();
    // Longer than a bucket may be silent.
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    let read = 0;
    for (let part = await reader.read(); !part.done; part = await reader.read()) read += part.value.length;
    expect(read).toBeGreaterThan(39 * MIB);
    s3.freeze(true);
    try {
      await timed(expect(frozen.arrayBuffer()).rejects.toThrow());
    } finally {
      s3.freeze(false);
    }
  });

  it('serves more parallel slow downloads than the SDK has connections by default', async () => {
    const { body } = await client.upload(randomBytes(8 * MIB));
    const slow = await Promise.all(Array.from({ length: 60 }, () => client.fetch(`/api/files/${body.id}`)));
    expect((await client.upload('in between')).status).toBe(201);
    for (const answer of slow) await answer.body!.cancel();
  });
});
