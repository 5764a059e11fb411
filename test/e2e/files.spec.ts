import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { type Client, type FileBody, sha256 } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';

const LIMIT = 1024 * 1024;

describe('files', () => {
  let server: TestApp;
  let client: Client;
  beforeAll(async () => {
    server = await startApp({ MAX_UPLOAD_BYTES: String(LIMIT) });
    client = await server.user();
  });
  afterAll(() => server.close());

  it('returns the same bytes under the same name', async () => {
    const bytes = randomBytes(300_000);
    const uploaded = await client.upload(bytes, { name: 'Größe 日本.pdf', type: 'application/pdf' });
    expect(uploaded.status).toBe(201);
    expect(uploaded.headers.get('location')).toBe(`/api/files/${uploaded.body.id}`);
    expect(uploaded.body).toMatchObject({
      name: 'Größe 日本.pdf',
      size: 300_000,
      mime_type: 'application/pdf',
      sha256: sha256(bytes),
      user_id: client.userId,
    });
    const { status, headers, body } = await client.download(uploaded.body.id);
    expect(status).toBe(200);
    expect(body.equals(bytes)).toBe(true);
    expect(headers.get('content-type')).toBe('application/pdf');
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="Gr__e __.pdf"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%E6%97%A5%E6%9C%AC.pdf`,
    );
    expect(headers.get('etag')).toBe(`"${sha256(bytes)}"`);
    expect(headers.get('repr-digest')).toBe(
      `sha-256=:${Buffer.from(sha256(bytes), 'hex').toString('base64')}:`,
    );
    expect(headers.get('cache-control')).toBe('private, no-cache');
    expect(headers.get('accept-ranges')).toBe('bytes');
  });

  it('keeps an empty file', async () => {
    const { body } = await client.upload('', { name: 'empty' });
    expect(body.size).toBe(0);
    expect((await client.download(body.id)).body).toHaveLength(0);
    expect((await client.download(body.id, { range: 'bytes=0-' })).status).toBe(416);
    expect((await client.download(body.id, { range: 'bytes=-5' })).status).toBe(200);
  });

  it('accepts a file of exactly the limit and refuses one byte more, with a length or chunked', async () => {
    expect((await client.upload(Buffer.alloc(LIMIT))).status).toBe(201);
    const before = await server.stored();
    const more = await client.upload(Buffer.alloc(LIMIT + 1));
    expect([more.status, more.body.code]).toEqual([413, 'file_too_large']);
    expect((await client.upload(Buffer.alloc(LIMIT + 200_000))).status).toBe(413);
    const chunked = await client.fetch('/api/files', {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: new ReadableStream({
        start(controller) {
          controller.enqueue(
            Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'),
          );
          controller.enqueue(Buffer.alloc(LIMIT + 1));
          controller.enqueue(Buffer.from('\r\n--b--\r\n'));
          controller.close();
        },
      }),
      duplex: 'half',
    });
    expect(chunked.status).toBe(413);
    expect(await server.stored()).toEqual(before);
  });

  it('compares the bytes with the digest in the form, and stores nothing on a mismatch', async () => {
    expect((await client.upload('abc', { sha256: sha256('abc').toUpperCase() })).status).toBe(201);
    expect((await client.upload('abc', { sha256: '' })).status).toBe(201);
    const before = await server.stored();
    const refused = await client.upload('abc', { sha256: sha256('abd') });
    expect([refused.status, refused.body.code]).toEqual([400, 'digest_mismatch']);
    expect(await server.stored()).toEqual(before);
    expect((await client.trail('&action=FILE_REFUSED'))[0]).toMatchObject({
      outcome: 'denied',
      metadata: { reason: 'digest_mismatch' },
    });
  });

  it('returns the first result to a retry with the same Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'retry-1' };
    const first = await client.upload('once', { name: 'once.txt', headers });
    const before = await server.stored();
    const again = await client.upload('once', { name: 'once.txt', headers });
    expect([again.status, again.body.id]).toEqual([201, first.body.id]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await server.stored()).toEqual(before);
    const other = await client.upload('other', { name: 'once.txt', headers });
    expect([other.status, other.body.code]).toEqual([409, 'idempotency_key_reused']);
    expect((await client.upload('x', { headers: { 'idempotency-key': 'a b' } })).body.code).toBe(
      'invalid_idempotency_key',
    );
    const stranger = await server.user();
    expect((await stranger.upload('once', { name: 'once.txt', headers })).body.id).not.toBe(first.body.id);
  });

  it('makes one file from parallel uploads with one Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'parallel' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.upload('same', { headers })));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(201));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter(({ headers: h }) => h.get('idempotent-replayed') === null)).toHaveLength(1);
  });

  it('lists newest first, in pages, filtered by name', async () => {
    const owner = await server.user();
    for (const name of ['a.txt', 'B_%.txt', 'c.TXT', 'd.png']) await owner.upload(name, { name });
    const names = (body: FileBody[]) => body.map(({ name }) => name);
    const first = await owner.json<FileBody[]>('GET', '/api/files?limit=3');
    expect(names(first.body)).toEqual(['d.png', 'c.TXT', 'B_%.txt']);
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')![1]!;
    const second = await owner.json<FileBody[]>('GET', next);
    expect(names(second.body)).toEqual(['a.txt']);
    expect(second.headers.get('link')).toBeNull();
    expect(names((await owner.json<FileBody[]>('GET', '/api/files?name=.txt')).body)).toHaveLength(3);
    expect(names((await owner.json<FileBody[]>('GET', '/api/files?name=b_%25')).body)).toEqual(['B_%.txt']);
    for (const query of ['limit=0', 'limit=201', 'limit=x', 'cursor=xxx', 'foo=1', 'limit=1&limit=2']) {
      expect([query, (await owner.json('GET', `/api/files?${query}`)).status]).toEqual([query, 400]);
    }
  });

  it('describes, renames and deletes', async () => {
    const { body } = await client.upload('text', { name: 'old.txt', type: 'text/plain' });
    expect((await client.json('GET', `/api/files/${body.id}/metadata`)).body).toEqual(body);
    const renamed = await client.json('PATCH', `/api/files/${body.id}`, { name: 'dir/new.txt' });
    expect(renamed.body).toEqual({ ...body, name: 'new.txt' });
    expect((await client.download(body.id)).headers.get('content-disposition')).toContain('new.txt');
    expect((await client.json('PATCH', `/api/files/${body.id}`, { name: '..' })).body.code).toBe(
      'invalid_file_name',
    );
    const before = await server.stored();
    const deletion = `/api/files/${body.id}?permanently=true`;
    expect((await client.json('DELETE', deletion)).status).toBe(204);
    expect((await client.json('DELETE', deletion)).status).toBe(404);
    expect((await client.download(body.id)).status).toBe(404);
    expect(await server.stored()).toHaveLength(before.length - 1);
  });

  describe('ranges and conditions', () => {
    const bytes = Buffer.from('0123456789');
    const etag = `"${sha256(bytes)}"`;
    let id: string;
    beforeAll(async () => void (id = (await client.upload(bytes)).body.id));

    it.each([
      ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
      ['bytes=7-', 206, '789', 'bytes 7-9/10'],
      ['bytes=-3', 206, '789', 'bytes 7-9/10'],
      ['bytes=-5000', 206, '0123456789', 'bytes 0-9/10'],
      ['bytes=-10', 206, '0123456789', 'bytes 0-9/10'],
      ['bytes=-0', 416, null, 'bytes */10'],
      ['Bytes= 9-99999999999999999999', 206, '9', 'bytes 9-9/10'],
      ['bytes=4-2', 200, '0123456789', null],
      ['bytes=-', 200, '0123456789', null],
      ['bytes=1x-2', 200, '0123456789', null],
      ['bytes=0-0,-5000', 200, '0123456789', null],
      ['bytes=0-99', 206, '0123456789', 'bytes 0-9/10'],
      ['bytes=0-1,5-6', 200, '0123456789', null],
      ['lines=0-1', 200, '0123456789', null],
      ['bytes=x', 200, '0123456789', null],
      ['bytes=10-', 416, null, 'bytes */10'],
    ])('answers Range: %s with %i', async (range, status, text, contentRange) => {
      const answer = await client.download(id, { range });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('content-range')).toBe(contentRange);
      if (text !== null) expect(answer.body.toString()).toBe(text);
    });

    it('answers HEAD with the headers of GET and no bytes', async () => {
      const get = await client.download(id);
      const head = await client.download(id, {}, 'HEAD');
      expect(head.status).toBe(200);
      expect(head.body).toHaveLength(0);
      for (const name of ['content-length', 'etag', 'content-type', 'content-disposition', 'last-modified']) {
        expect(head.headers.get(name)).toBe(get.headers.get(name));
      }
    });

    it.each(['bytes=2-4', 'bytes=10-', 'bytes=-0'])(
      'answers HEAD with Range: %s for the whole file, as ranges are of GET alone',
      async (range) => {
        const head = await client.download(id, { range }, 'HEAD');
        expect([head.status, head.headers.get('content-range')]).toEqual([200, null]);
        expect(head.headers.get('content-length')).toBe('10');
        expect((await client.download(id, { range, 'if-range': etag }, 'HEAD')).status).toBe(200);
        expect((await client.download(id, { range, 'if-match': '"x"' }, 'HEAD')).status).toBe(412);
      },
    );

    it('evaluates If-None-Match, If-Match, If-Range and dates', async () => {
      const modified = (await client.download(id)).headers.get('last-modified')!;
      const status = async (headers: Record<string, string>) => (await client.download(id, headers)).status;
      expect(await status({ 'if-none-match': etag })).toBe(304);
      expect(await status({ 'if-none-match': `W/${etag}, "x"` })).toBe(304);
      expect(await status({ 'if-none-match': '"x"' })).toBe(200);
      expect(await status({ 'if-match': '"x"' })).toBe(412);
      expect(await status({ 'if-match': '*' })).toBe(200);
      expect(await status({ 'if-modified-since': modified })).toBe(304);
      expect(await status({ 'if-modified-since': 'Saturday, 01-Jan-50 00:00:00 GMT' })).toBe(304);
      expect(await status({ 'if-modified-since': 'Sat Jan  1 00:00:00 2050' })).toBe(304);
      for (const date of ['9999', '2050-01-01', 'Sat, 01 Jan 2050 00:00:00', modified.toLowerCase()])
        expect([date, await status({ 'if-modified-since': date })]).toEqual([date, 200]);
      expect(await status({ 'if-unmodified-since': '2001' })).toBe(200);
      expect(await status({ 'if-unmodified-since': 'Mon, 01 Jan 2001 00:00:00 GMT' })).toBe(412);
      expect(await status({ range: 'bytes=0-1', 'if-range': etag })).toBe(206);
      expect(await status({ range: 'bytes=0-1', 'if-range': '"x"' })).toBe(200);
      expect(await status({ range: 'bytes=0-1', 'if-range': modified })).toBe(206);
      expect(await status({ range: 'bytes=0-1', 'if-range': '9999' })).toBe(200);
    });

    it('records each download once, but not HEAD and 304', async () => {
      const owner = await server.user();
      const mine = (await owner.upload('abc')).body.id;
      await owner.download(mine);
      await owner.download(mine, { range: 'bytes=0-0' });
      await owner.download(mine, {}, 'HEAD');
      await owner.download(mine, { 'if-none-match': `"${sha256('abc')}"` });
      const entries = await owner.trail('&action=FILE_DOWNLOAD');
      expect(entries.map(({ metadata }) => metadata.range)).toEqual(['0-0', undefined]);
    });
  });
});
