import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, sha256 } from '../support/client.js';
import { rawExchange, statusOf } from '../support/raw-http.js';
import { startApp, type TestApp } from '../support/test-app.js';
import { usageOf } from '../support/usage.js';

const MIB = 1024 * 1024;

describe('PUT /api/files/{id}', () => {
  let server: TestApp;
  let client: Client;
  beforeAll(async () => {
    server = await startApp({ VERSIONS_KEPT: '2', MAX_UPLOAD_BYTES: String(MIB) });
    client = await server.user();
  });
  afterAll(() => server.close());

  const tag = (text: string) => `"${sha256(text)}"`;
  const upload = async (text: string, name = 'a.txt') =>
    (await client.upload(text, { name, type: 'text/plain' })).body;

  async function requireExact(): Promise<void> {
    const { counted, kept } = await usageOf(server, client.userId);
    expect(counted).toEqual(kept);
  }

  it('gives the file a new content under the same id, with name, type, number and time of its own', async () => {
    const file = await upload('one');
    const { status, body } = await client.replace(file.id, 'two!', { name: 'b.csv', type: 'text/csv' });
    expect([status, body]).toEqual([
      200,
      {
        ...file,
        name: 'b.csv',
        size: 4,
        mime_type: 'text/csv',
        sha256: sha256('two!'),
        version: 2,
        updated: body.updated,
      },
    ]);
    expect(body.updated >= file.updated).toBe(true);
    const answer = await client.download(file.id);
    expect([answer.body.toString(), answer.headers.get('etag')]).toEqual(['two!', tag('two!')]);
    expect((await client.json('GET', `/api/files/${file.id}/metadata`)).body).toEqual(body);
    const [entry] = await client.trail(`&resource=${file.id}&action=FILE_REPLACE`);
    expect(entry).toMatchObject({
      outcome: 'success',
      metadata: {
        version: 2,
        size: 4,
        sha256: sha256('two!'),
        filename: 'b.csv',
        mime_type: 'text/csv',
      },
    });
    await requireExact();
  });

  it('keeps VERSIONS_KEPT earlier contents and trims the oldest, with a record by the system', async () => {
    const before = await server.stored();
    const file = await upload('1');
    for (const text of ['22', '333', '4444', '55555']) await client.replace(file.id, text);
    expect(await server.stored()).toHaveLength(before.length + 3);
    const { counted, kept } = await usageOf(server, client.userId);
    expect(counted).toEqual(kept);
    const trimmed = await client.trail(`&resource=${file.id}&action=VERSION_DELETE`);
    expect(trimmed.map(({ actor, metadata }) => [actor.type, metadata.version])).toEqual([
      ['system', 2],
      ['system', 1],
    ]);
  });

  it('replaces only the content that If-Match names', async () => {
    const file = await upload('first');
    const put = async (text: string, ifMatch: string) =>
      (await client.replace(file.id, text, { headers: { 'if-match': ifMatch } })).status;
    expect(await put('second', tag('other'))).toBe(412);
    expect(await put('second', `W/${tag('first')}`)).toBe(412);
    expect(await put('second', sha256('first'))).toBe(412);
    expect(await put('second', `"x", ${tag('first')}`)).toBe(200);
    expect(await put('third', tag('first'))).toBe(412);
    expect(await put('third', '*')).toBe(200);
    expect((await client.json('GET', `/api/files/${file.id}/metadata`)).body.version).toBe(3);
    const refused = await client.trail(`&resource=${file.id}&action=FILE_REFUSED`);
    expect(refused.map(({ metadata }) => metadata.reason)).toEqual(Array(4).fill('precondition_failed'));
    await requireExact();
  });

  it('honours If-None-Match and If-Unmodified-Since, and ignores If-Modified-Since', async () => {
    const file = await upload('first');
    const put = async (headers: Record<string, string>) =>
      (await client.replace(file.id, 'first', { headers })).status;
    expect(await put({ 'if-none-match': tag('first') })).toBe(412);
    expect(await put({ 'if-none-match': '*' })).toBe(412);
    expect(await put({ 'if-unmodified-since': 'Tue, 24 Nov 2020 10:00:00 GMT' })).toBe(412);
    expect(await put({ 'if-modified-since': 'Fri, 24 Nov 2090 10:00:00 GMT' })).toBe(200);
    expect(await put({ 'if-none-match': tag('other') })).toBe(200);
  });

  it('refuses a condition that fails before the bytes are sent', async () => {
    const file = await upload('first');
    const head =
      `PUT /api/files/${file.id} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${client.token}\r\n` +
      `Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\nIf-Match: "x"\r\n\r\n`;
    expect(statusOf(await rawExchange(server.port, [head]))).toBe(412);
  });

  it('refuses what is too large, has another digest, or another form, and keeps the content as it was', async () => {
    const file = await upload('first');
    const stored = await server.stored();
    const answers = [
      await client.replace(file.id, Buffer.alloc(MIB + 1)),
      await client.replace(file.id, 'second', { sha256: sha256('other') }),
      await client.replace(file.id, 'second', { name: '..' }),
      await client.json('PUT', `/api/files/${file.id}`, {}),
    ];
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [413, 'file_too_large'],
      [400, 'digest_mismatch'],
      [400, 'invalid_file_name'],
      [415, 'unsupported_media_type'],
    ]);
    expect((await client.download(file.id)).body.toString()).toBe('first');
    expect(await server.stored()).toEqual(stored);
    expect(await client.trail(`&resource=${file.id}&action=FILE_REFUSED`)).toHaveLength(4);
    await requireExact();
  });

  it('returns the first result to a retry with the same Idempotency-Key, also when the condition no longer holds', async () => {
    const file = await upload('first');
    const headers = { 'idempotency-key': `put-${file.id}`, 'if-match': tag('first') };
    const once = await client.replace(file.id, 'second', { headers });
    await client.replace(file.id, 'third');
    const stored = await server.stored();
    const again = await client.replace(file.id, 'second', { headers });
    expect([again.status, again.body, again.headers.get('idempotent-replayed')]).toEqual([
      200,
      once.body,
      'true',
    ]);
    expect((await client.download(file.id)).body.toString()).toBe('third');
    expect(await server.stored()).toEqual(stored);
    await requireExact();
  });

  it('makes one version of parallel retries with one Idempotency-Key and If-Match', async () => {
    const file = await upload('first');
    const headers = { 'idempotency-key': `parallel-${file.id}`, 'if-match': tag('first') };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => client.replace(file.id, 'second', { headers })),
    );
    expect(answers.map(({ status, body }) => [status, body.version])).toEqual(Array(8).fill([200, 2]));
    expect(answers.filter(({ headers: h }) => h.get('idempotent-replayed') === null)).toHaveLength(1);
    await requireExact();
  });

  it('refuses a key that belongs to an upload, or to another file', async () => {
    const headers = { 'idempotency-key': 'of an upload'.replaceAll(' ', '-') };
    const { body: file } = await client.upload('same', { headers });
    const other = await upload('other');
    const replaced = await client.replace(file.id, 'same', { headers });
    expect([replaced.status, replaced.body.code]).toEqual([409, 'idempotency_key_reused']);
    const ofPut = { 'idempotency-key': 'of-a-put' };
    expect((await client.replace(file.id, 'same', { headers: ofPut })).status).toBe(200);
    expect((await client.replace(other.id, 'same', { headers: ofPut })).status).toBe(409);
    expect((await client.upload('same', { headers: ofPut })).status).toBe(409);
  });

  it('answers another user like a missing file, and changes nothing', async () => {
    const file = await upload('mine');
    const stranger = await server.user();
    expect((await stranger.replace(file.id, 'theirs')).body.code).toBe('file_not_found');
    expect(await stranger.trail('&action=ACCESS_DENIED')).toHaveLength(1);
    expect((await client.download(file.id)).body.toString()).toBe('mine');
  });
});

describe('A quota and new contents', () => {
  it('counts every content that is kept, and refuses one that does not fit', async () => {
    const server = await startApp({ QUOTA_BYTES_PER_USER: '10000' });
    const client = await server.user();
    const { body: file } = await client.upload('x'.repeat(4000));
    expect((await client.replace(file.id, 'y'.repeat(4000))).status).toBe(200);
    const refused = await client.replace(file.id, 'z'.repeat(4000));
    expect([refused.status, refused.body.code]).toEqual([413, 'quota_exceeded']);
    expect((await usageOf(server, client.userId)).counted).toEqual({
      files: 4000,
      versions: 4000,
      trash: 0,
      reserved: 0,
    });
    await server.close();
  });

  it('keeps no earlier content with VERSIONS_KEPT=0', async () => {
    const server = await startApp({ VERSIONS_KEPT: '0' });
    const client = await server.user();
    const { body: file } = await client.upload('first');
    await client.replace(file.id, 'second');
    expect(await server.stored()).toHaveLength(1);
    expect((await client.download(file.id)).body.toString()).toBe('second');
    expect(await client.trail('&action=VERSION_DELETE')).toHaveLength(1);
    expect((await usageOf(server, client.userId)).counted).toMatchObject({ files: 6, versions: 0 });
    await server.close();
  });
});
