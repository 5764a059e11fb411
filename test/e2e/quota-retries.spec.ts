import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { uploadForm } from '../support/sized-upload.js';
import { startApp, type TestApp } from '../support/test-app.js';
import { usageOf } from '../support/usage.js';

const MIB = 1024 * 1024;
const QUOTA = 10 * MIB;

describe('A retry with an Idempotency-Key whose first upload has filled the quota', () => {
  let server: TestApp;
  beforeAll(async () => void (server = await startApp({ QUOTA_BYTES_PER_USER: String(QUOTA) })));
  afterAll(() => server.close());

  it.each([
    ['with its length', false],
    ['in chunks', true],
  ])('returns the first result to a new file, %s', async (_, chunked) => {
    const client = await server.user();
    const headers = { 'idempotency-key': 'fills' };
    const send = (bytes: number) => uploadForm(client, bytes, { chunked, headers });
    const before = await server.stored();
    const first = await send(QUOTA);
    const retry = await send(QUOTA);
    expect([first.status, retry.status]).toEqual([201, 201]);
    expect(retry.body).toEqual(first.body);
    expect(retry.headers.get('idempotent-replayed')).toBe('true');
    const other = await send(QUOTA - 1);
    expect([other.status, other.body.code]).toEqual([409, 'idempotency_key_reused']);
    expect(await server.stored()).toHaveLength(before.length + 1);
    const { counted, kept } = await usageOf(server, client.userId);
    expect([counted, counted.files]).toEqual([kept, QUOTA]);
    expect(await client.trail('&action=FILE_UPLOAD')).toHaveLength(1);
  });

  it('returns the first result to a replacement', async () => {
    const client = await server.user();
    const { body: file } = await client.upload('first');
    const headers = { 'idempotency-key': 'replaces' };
    const bytes = Buffer.alloc(QUOTA - 5);
    const first = await client.replace(file.id, bytes, { headers });
    const retry = await client.replace(file.id, bytes, { headers });
    expect([first.status, retry.status]).toEqual([200, 200]);
    expect(retry.body).toEqual(first.body);
    expect((await client.replace(file.id, bytes)).body.code).toBe('quota_exceeded');
  });

  it('still compares the digest and the size that it brings', async () => {
    const client = await server.user();
    const headers = { 'idempotency-key': 'compared' };
    await client.upload('whole', { headers });
    const sha256 = '0'.repeat(64);
    expect((await client.upload('whole', { headers, sha256 })).body.code).toBe('digest_mismatch');
    const { maxUploadBytes } = server.config.files;
    const tooLarge = await client.upload(Buffer.alloc(maxUploadBytes + 1), { headers });
    expect([tooLarge.status, tooLarge.body.code]).toEqual([413, 'file_too_large']);
  });
});
