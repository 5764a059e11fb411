import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { Transactions } from '../../src/database/transactions.js';
import { BlobSweep } from '../../src/files/contents/blob-sweep.js';
import { NewContents } from '../../src/files/contents/new-contents.js';
import type { Client } from '../support/client.js';
import { filePart, multipart, openRaw, rawExchange, statusOf, uploadHead } from '../support/raw-http.js';
import { uploadForm } from '../support/sized-upload.js';
import { startApp, type TestApp } from '../support/test-app.js';
import { usageOf } from '../support/usage.js';

const MIB = 1024 * 1024;
const QUOTA = 20 * MIB;
/** The beginning of a form, with the first byte of its file. */
const PART = multipart([filePart('a.bin', 'x')], false).subarray(0, -2);

describe('What an upload has reserved in a quota', () => {
  let server: TestApp;
  let client: Client;
  beforeAll(async () => void (server = await startApp({ QUOTA_BYTES_PER_USER: String(QUOTA) })));
  beforeEach(async () => void (client = await server.user()));
  afterAll(() => server.close());

  const reserved = async () => (await usageOf(server, client.userId)).counted.reserved;

  /** Resolves when `bytes` are reserved. */
  async function untilReserved(bytes: (now: number) => boolean): Promise<void> {
    while (!bytes(await reserved())) await delay(20);
    expect(bytes(await reserved())).toBe(true);
  }

  async function expectUsage(files: number): Promise<void> {
    await untilReserved((now) => now === 0);
    const { counted, kept } = await usageOf(server, client.userId);
    expect(counted).toEqual({ files, versions: 0, trash: 0, reserved: 0 });
    expect(kept).toEqual(counted);
    // All the room is there again.
    const { status, body } = await client.upload(Buffer.alloc(QUOTA - files));
    expect(status).toBe(201);
    await client.json('DELETE', `/api/files/${body.id}?permanently=true`);
  }

  it.each([
    ['POST', 'the head alone', ''],
    ['POST', 'a head that waits for 100', 'Expect: 100-continue\r\n'],
    ['PUT', 'the head alone', ''],
  ])('is refused before the bytes to a %s, after %s', async (method, _, header) => {
    const { body: file } = await client.upload('kept');
    const path = method === 'PUT' ? `/api/files/${file.id}` : '/api/files';
    const head = uploadHead(client.token, QUOTA + MIB)
      .replace('POST /api/files', `${method} ${path}`)
      .replace('Host:', `${header}Host:`);
    const answer = await rawExchange(server.port, [head], { enough: (text) => text.includes('exceeded"') });
    expect(statusOf(answer.replace('HTTP/1.1 100 Continue\r\n\r\n', ''))).toBe(413);
    expect(answer).toContain('quota_exceeded');
    const [record] = await client.trail('&action=FILE_REFUSED');
    expect(record!.metadata).toEqual({ reason: 'quota_exceeded' });
    await expectUsage(4);
  });

  it('is the announced length from the beginning of the file', async () => {
    const socket = await openRaw(
      server.port,
      Buffer.concat([Buffer.from(uploadHead(client.token, 15 * MIB)), PART]),
    );
    await untilReserved((now) => now > 14 * MIB);
    const refused = await client.upload(Buffer.alloc(6 * MIB));
    expect([refused.status, refused.body.code]).toEqual([413, 'quota_exceeded']);
    expect((await client.upload(Buffer.alloc(4 * MIB))).status).toBe(201);
    socket.destroy();
    await expectUsage(4 * MIB);
  });

  it.each([
    ['announced', 15 * MIB],
    ['in chunks', 'chunked' as const],
  ])('is free again when the client goes away, %s', async (_, length) => {
    const bytes = Buffer.alloc(9 * MIB);
    const chunk = Buffer.concat([PART, bytes]);
    const sent =
      length === 'chunked'
        ? Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')])
        : chunk;
    const head = Buffer.from(uploadHead(client.token, length));
    const socket = await openRaw(server.port, Buffer.concat([head, sent]));
    await untilReserved((now) => now >= 8 * MIB);
    socket.resetAndDestroy();
    await expectUsage(0);
  });

  it.each([false, true])('is free again when the digest does not match (chunked: %s)', async (chunked) => {
    const form = multipart([
      { disposition: 'name="sha256"', body: '0'.repeat(64) },
      filePart('a.bin', Buffer.alloc(9 * MIB)),
    ]);
    const answer = await client.fetch('/api/files', {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=test-boundary' },
      ...(chunked ? { body: new Blob([form]).stream(), duplex: 'half' } : { body: form }),
    });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
      400,
      'digest_mismatch',
    ]);
    await expectUsage(0);
  });

  it.each([false, true])('is free again when the file is too large (chunked: %s)', async (chunked) => {
    const small = await startApp({ QUOTA_BYTES_PER_USER: String(QUOTA), MAX_UPLOAD_BYTES: String(9 * MIB) });
    const other = await small.user();
    expect((await uploadForm(other, 9 * MIB + 1, { chunked })).body.code).toBe('file_too_large');
    const { counted, kept } = await usageOf(small, other.userId);
    expect([counted, counted.reserved, counted.files]).toEqual([kept, 0, 0]);
    await small.close();
  });

  it('is free again when the storage fails', async () => {
    await server.breakStorage(true);
    const failed = await client.upload(Buffer.alloc(9 * MIB));
    await server.breakStorage(false);
    expect([failed.status, failed.body.code]).toEqual([503, 'storage_unavailable']);
    await server.app.get(BlobSweep).removeCondemned();
    await expectUsage(0);
  });

  it('is free again when the row, or the audit record with it, cannot be written', async () => {
    const transactions = server.app.get(Transactions);
    const broken = jest.spyOn(transactions, 'insertDeferred').mockImplementationOnce(() => {
      throw new Error('the intake is broken');
    });
    expect((await client.upload(Buffer.alloc(9 * MIB))).status).toBeGreaterThanOrEqual(500);
    broken.mockRestore();
    await expectUsage(0);
  });

  it('is free again when a replacement fails at its end', async () => {
    const { body: file } = await client.upload('');
    const contents = server.app.get(NewContents);
    const broken = jest.spyOn(contents, 'commit').mockRejectedValueOnce(new Error('broken'));
    expect((await client.replace(file.id, Buffer.alloc(9 * MIB))).status).toBe(500);
    broken.mockRestore();
    const stale = { headers: { 'if-match': '"other"' } };
    expect((await client.replace(file.id, Buffer.alloc(9 * MIB), stale)).status).toBe(412);
    await expectUsage(0);
  });

  it('is never more than what chunks have brought, and is refused when they exceed the quota', async () => {
    const refused = await uploadForm(client, QUOTA + MIB, { chunked: true });
    expect([refused.status, refused.body.code]).toEqual([413, 'quota_exceeded']);
    await expectUsage(0);
  });
});

describe('A full quota', () => {
  let server: TestApp;
  let client: Client;
  beforeAll(async () => void (server = await startApp({ QUOTA_BYTES_PER_USER: '1000', VERSIONS_KEPT: '3' })));
  beforeEach(async () => void (client = await server.user()));
  afterAll(() => server.close());

  it('is never exceeded by a restore from the trash, and never refuses one', async () => {
    const { body: file } = await client.upload('x'.repeat(600));
    await client.json('DELETE', `/api/files/${file.id}`);
    const racing = await Promise.all([
      client.json('POST', `/api/trash/${file.id}/restore`),
      ...Array.from({ length: 6 }, () => client.upload('y'.repeat(100))),
    ]);
    expect(racing.map(({ status }) => status)).toEqual([200, ...racing.slice(1).map(({ status }) => status)]);
    expect(racing.filter(({ status }) => status === 201)).toHaveLength(4);
    const { counted, kept } = await usageOf(server, client.userId);
    expect(counted).toEqual({ files: 1000, versions: 0, trash: 0, reserved: 0 });
    expect(kept).toEqual(counted);
  });

  it('is never exceeded by the restore of a version, which brings no bytes', async () => {
    const { body: file } = await client.upload('x'.repeat(600));
    await client.replace(file.id, 'y'.repeat(400));
    const before = await server.stored();
    for (const version of [1, 2, 3, 4, 5]) {
      expect((await client.json('POST', `/api/files/${file.id}/versions/${version}/restore`)).status).toBe(
        200,
      );
      const { counted, kept } = await usageOf(server, client.userId);
      expect(counted.files + counted.versions).toBe(1000);
      expect(kept).toEqual(counted);
    }
    expect(await server.stored()).toEqual(before);
    expect((await client.upload('z')).status).toBe(413);
  });
});
