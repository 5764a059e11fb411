import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, sha256 } from '../support/client.js';
import { filePart, multipart, openRaw, uploadHead } from '../support/raw-http.js';
import { startApp, type TestApp } from '../support/test-app.js';

const MIB = 1024 * 1024;
/**
 * Sizes on both sides of the limits of a stream chunk, a read and an S3 part, up to the default upload limit.
 */
const SIZES = [
  1,
  ...[64 * 1024, 256 * 1024, 5 * MIB, 10 * MIB].flatMap((border) => [border - 1, border, border + 1]),
  50 * MIB,
];

describe('file sizes', () => {
  let server: TestApp;
  let client: Client;
  beforeAll(async () => {
    server = await startApp();
    client = await server.user();
  });
  afterAll(() => server.close());

  it.each(SIZES)('stores a file of %i bytes, and returns the whole and parts of it', async (size) => {
    const bytes = randomBytes(size);
    const { status, body } = await client.upload(bytes, { sha256: sha256(bytes) });
    expect([status, body.size]).toEqual([201, size]);
    const whole = await client.download(body.id);
    expect([whole.status, whole.headers.get('content-length')]).toEqual([200, String(size)]);
    expect(whole.body.equals(bytes)).toBe(true);
    const middle = Math.floor(size / 2);
    for (const [range, start, end] of [
      ['bytes=0-0', 0, 1],
      [`bytes=${middle}-${middle + 100_000}`, middle, middle + 100_001],
      ['bytes=-1', size - 1, size],
    ] as const) {
      const part = await client.download(body.id, { range });
      expect(part.status).toBe(206);
      expect(part.body.equals(bytes.subarray(start, end))).toBe(true);
    }
    expect((await client.json('DELETE', `/api/files/${body.id}?permanently=true`)).status).toBe(204);
    expect(await server.stored()).toEqual([]);
  });

  it('refuses one byte more than 50 MiB, and stores nothing', async () => {
    const { status, body } = await client.upload(Buffer.alloc(50 * MIB + 1));
    expect([status, body.code]).toEqual([413, 'file_too_large']);
    expect(await server.stored()).toEqual([]);
  });

  it.each([5 * MIB - 1, 5 * MIB + 1, 12 * MIB])(
    'leaves nothing of an upload cut after %i bytes',
    async (sent) => {
      const body = multipart([filePart('a.bin', randomBytes(20 * MIB))]);
      const head = Buffer.from(uploadHead(client.token, body.length));
      const before = (await client.trail('&action=FILE_REFUSED')).length;
      const socket = await openRaw(server.port, Buffer.concat([head, body.subarray(0, sent)]));
      await delay(200);
      socket.resetAndDestroy();
      for (let attempt = 0; attempt < 100; attempt++) {
        if ((await client.trail('&action=FILE_REFUSED')).length > before) break;
        await delay(50);
      }
      expect((await client.trail('&action=FILE_REFUSED')).map(({ outcome }) => outcome)[0]).toBe('aborted');
      expect(await server.stored()).toEqual([]);
    },
  );

  it('survives downloads that are cut in the middle', async () => {
    const bytes = randomBytes(12 * MIB);
    const { body } = await client.upload(bytes);
    for (let turn = 0; turn < 5; turn++) {
      const answer = await client.fetch(`/api/files/${body.id}`);
      const reader = answer.body!.getReader();
      await reader.read();
      await reader.cancel();
    }
    expect((await client.download(body.id)).body.equals(bytes)).toBe(true);
  });
});
