import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { NewFiles } from '../../src/files/contents/new-files.js';
import { type Client, type FileBody, sha256 } from '../support/client.js';
import { openRaw, statusOf } from '../support/raw-http.js';
import { startApp, type TestApp } from '../support/test-app.js';
import { checksumOf, metadataOf, TusClient } from '../support/tus.js';
import { usageOf } from '../support/usage.js';

const MIB = 1024 * 1024;
const MAX_BYTES = 64 * MIB;

describe('resumable uploads', () => {
  let server: TestApp;
  let owner: Client;
  let tus: TusClient;
  beforeAll(async () => {
    server = await startApp({ MAX_RESUMABLE_UPLOAD_BYTES: String(MAX_BYTES), MAX_UPLOAD_BYTES: '1000' });
    owner = await server.user();
    tus = new TusClient(owner);
  });
  afterAll(() => server.close());

  const uploads = async (client = owner) => (await client.json<object[]>('GET', '/api/uploads')).body;

  it('says without a token what it can do', async () => {
    const stranger = server.client();
    for (const path of ['/api/uploads', '/api/uploads/x']) {
      const { status, headers } = await stranger.fetch(path, { method: 'OPTIONS' });
      expect(status).toBe(204);
      expect(Object.fromEntries(headers)).toMatchObject({
        'tus-resumable': '1.0.0',
        'tus-version': '1.0.0',
        'tus-extension': 'creation,creation-with-upload,expiration,termination,checksum',
        'tus-max-size': String(MAX_BYTES),
        'tus-checksum-algorithm': 'sha1,sha256',
      });
    }
  });

  it('takes an upload at the address with a slash at its end', async () => {
    const begun = await tus.send('POST', '/api/uploads/', { 'upload-length': '3' });
    expect(begun.status).toBe(201);
    const done = await tus.patch(`${begun.headers.get('location')}/`, 0, Buffer.from('abc'));
    expect([done.status, done.offset]).toEqual([204, 3]);
  });

  it('makes a file of bytes that came in several requests, beyond the limit of one request', async () => {
    const bytes = randomBytes(3 * MIB + 7);
    const path = await tus.begin(bytes.length, { filename: 'größe.txt', filetype: 'Text/Plain; charset=x' });
    expect(path).toMatch(/^\/api\/uploads\/[0-9a-f-]{36}$/);
    const first = await tus.patch(path, 0, bytes.subarray(0, MIB));
    expect([first.status, first.offset, first.fileId]).toEqual([204, MIB, null]);
    const head = await tus.head(path);
    expect([head.status, head.offset]).toEqual([200, MIB]);
    expect(Object.fromEntries(head.headers)).toMatchObject({
      'upload-length': String(bytes.length),
      'upload-metadata': metadataOf({ filename: 'größe.txt', filetype: 'Text/Plain; charset=x' }),
      'cache-control': 'no-store',
      'tus-resumable': '1.0.0',
    });
    expect(Date.parse(head.headers.get('upload-expires')!)).toBeGreaterThan(Date.now() + 23 * 3_600_000);
    const id = path.split('/').at(-1)!;
    const expected = { id, offset: MIB, length: bytes.length, name: 'größe.txt', file_id: null };
    expect((await owner.json('GET', path)).body).toMatchObject(expected);
    expect(await uploads()).toEqual([expect.objectContaining(expected)]);
    const last = await tus.patch(path, MIB, bytes.subarray(MIB));
    expect([last.status, last.offset]).toEqual([204, bytes.length]);
    const file = await owner.json<FileBody>('GET', `/api/files/${last.fileId!}/metadata`);
    expect(file.body).toMatchObject({
      name: 'größe.txt',
      mime_type: 'text/plain',
      size: bytes.length,
      sha256: sha256(bytes),
    });
    expect((await owner.download(last.fileId!)).body.equals(bytes)).toBe(true);
    const after = await tus.head(path);
    expect([after.status, after.offset, after.fileId]).toEqual([200, bytes.length, last.fileId]);
    expect((await owner.json('GET', path)).body).toMatchObject({ file_id: last.fileId });
    expect(await uploads()).toEqual([]);
    const trail = (await owner.trail('&action=FILE_UPLOAD')).filter(
      ({ resource }) => resource === last.fileId,
    );
    expect(trail).toHaveLength(1);
    expect(trail[0]).toMatchObject({
      outcome: 'success',
      metadata: { filename: 'größe.txt', sha256: sha256(bytes) },
    });
  });

  it('takes the first bytes, or all of them, with the request that begins', async () => {
    const bytes = randomBytes(1000);
    const part = await tus.create(1000, {}, {}, bytes.subarray(0, 400));
    expect([part.status, part.offset, part.fileId]).toEqual([201, 400, null]);
    const rest = await tus.patch(part.headers.get('location')!, 400, bytes.subarray(400));
    expect((await owner.download(rest.fileId!)).body.equals(bytes)).toBe(true);
    const whole = await tus.create(1000, { filename: 'whole' }, {}, bytes);
    expect([whole.status, whole.offset]).toEqual([201, 1000]);
    expect((await owner.download(whole.fileId!)).body.equals(bytes)).toBe(true);
  });

  it.each([
    ['an announced body', { body: Buffer.from('hello'), headers: {} }, 413, 'file_too_large'],
    [
      'another checksum',
      { body: undefined, headers: { 'upload-checksum': checksumOf(Buffer.from('x')) } },
      460,
      'checksum_mismatch',
    ],
  ])(
    'refuses an empty content with %s, and leaves the file that it would replace',
    async (_, sent, status, code) => {
      const small = await owner.upload('bytes');
      const before = await uploads();
      const answer = await tus.create(0, { replaces: small.body.id }, sent.headers, sent.body);
      expect([answer.status, answer.code]).toEqual([status, code]);
      expect((await owner.download(small.body.id)).body.toString()).toBe('bytes');
      expect((await owner.json('GET', `/api/files/${small.body.id}/versions`)).body).toHaveLength(1);
      expect(await uploads()).toEqual(before);
    },
  );

  it('lets a client send all of a body that is refused in the middle, and read the answer', async () => {
    const path = await tus.begin(MIB);
    const socket = await openRaw(
      server.port,
      [
        `PATCH ${path} HTTP/1.1`,
        'Host: localhost',
        `Authorization: Bearer ${owner.token}`,
        'Content-Type: application/offset+octet-stream',
        'Upload-Offset: 0',
        'Transfer-Encoding: chunked',
        '',
        '',
      ].join('\r\n'),
    );
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    const faults: Error[] = [];
    socket.on('error', (error) => faults.push(error));
    const piece = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(MIB), Buffer.from('\r\n')]);
    // Much more than the buffers of both ends can hold.
    for (let sent = 0; sent < 48; sent++)
      await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
    socket.end('0\r\n\r\n');
    while (!socket.destroyed) await delay(20);
    expect(faults).toEqual([]);
    expect(statusOf(answer)).toBe(413);
    await tus.delete(path);
  });

  it('refuses metadata of more than 4096 characters', async () => {
    const { status, code } = await tus.create(1, { filename: 'a'.repeat(4000) });
    expect([status, code]).toEqual([400, 'invalid_upload_header']);
  });

  it('makes an empty file at once, and a single byte', async () => {
    const empty = await tus.create(0, { filename: 'empty' });
    expect([empty.status, empty.offset]).toEqual([201, 0]);
    expect((await owner.download(empty.fileId!)).body).toHaveLength(0);
    expect((await tus.head(empty.headers.get('location')!)).fileId).toBe(empty.fileId);
    const path = await tus.begin(1);
    const byte = await tus.patch(path, 0, Buffer.from('x'));
    expect((await owner.download(byte.fileId!)).body.toString()).toBe('x');
  });

  it('replaces the content of a file', async () => {
    const { body: file } = await owner.upload('before', { name: 'kept.txt', type: 'text/plain' });
    const path = await tus.begin(5, { replaces: file.id });
    const { fileId } = await tus.patch(path, 0, Buffer.from('after'));
    expect(fileId).toBe(file.id);
    const { body: replaced } = await owner.json<FileBody>('GET', `/api/files/${file.id}/metadata`);
    expect(replaced).toMatchObject({ version: 2, name: 'kept.txt', mime_type: 'text/plain', size: 5 });
    const [entry] = await owner.trail('&action=FILE_REPLACE');
    expect(entry).toMatchObject({ resource: file.id, metadata: { version: 2 } });
    const empty = await tus.create(0, { replaces: file.id, filename: 'emptied' });
    expect(empty.fileId).toBe(file.id);
    expect((await owner.download(file.id)).body).toHaveLength(0);
  });

  it('refuses to replace what is not there, at the beginning and at the end', async () => {
    const stranger = new TusClient(await server.user());
    const { body: file } = await owner.upload('mine');
    expect((await stranger.create(5, { replaces: file.id })).code).toBe('file_not_found');
    expect((await tus.create(5, { replaces: 'nonsense' })).code).toBe('file_not_found');
    const path = await tus.begin(5, { replaces: file.id });
    await owner.json('DELETE', `/api/files/${file.id}`);
    expect((await tus.patch(path, 0, Buffer.from('after'))).code).toBe('file_not_found');
    await owner.json('POST', `/api/trash/${file.id}/restore`);
    expect((await tus.head(path)).offset).toBe(0);
    expect((await tus.patch(path, 0, Buffer.from('after'))).fileId).toBe(file.id);
  });

  it.each([
    ['a missing length', {}, 400, 'invalid_upload_header'],
    ['a length in words', { 'upload-length': 'ten' }, 400, 'invalid_upload_header'],
    ['a negative length', { 'upload-length': '-1' }, 400, 'invalid_upload_header'],
    [
      'a length that comes later',
      { 'upload-length': '1', 'upload-defer-length': '1' },
      400,
      'invalid_upload_header',
    ],
    ['more than the limit', { 'upload-length': String(MAX_BYTES + 1) }, 413, 'file_too_large'],
    ['another version', { 'upload-length': '1', 'tus-resumable': '0.2.2' }, 412, 'unsupported_tus_version'],
    [
      'broken metadata',
      { 'upload-length': '1', 'upload-metadata': 'filename ???' },
      400,
      'invalid_upload_header',
    ],
    [
      'a key twice',
      { 'upload-length': '1', 'upload-metadata': 'a eA==,a eA==' },
      400,
      'invalid_upload_header',
    ],
    [
      'a name of dots',
      { 'upload-length': '1', 'upload-metadata': 'filename Li4=' },
      400,
      'invalid_file_name',
    ],
    [
      'a name of broken text',
      { 'upload-length': '1', 'upload-metadata': 'filename /w==' },
      400,
      'invalid_file_name',
    ],
    [
      'a digest that is none',
      { 'upload-length': '1', 'upload-metadata': 'sha256 eA==' },
      400,
      'invalid_upload_header',
    ],
  ])('refuses %s', async (_, headers, status, code) => {
    const answer = await tus.send('POST', '/api/uploads', headers);
    expect([answer.status, answer.code]).toEqual([status, code]);
    if (status === 412) expect(answer.headers.get('tus-version')).toBe('1.0.0');
    expect(await uploads()).toEqual([]);
  });

  it('refuses bytes at another offset, of another type, beyond the length, and without an offset', async () => {
    const path = await tus.begin(10);
    await tus.patch(path, 0, Buffer.from('12345'));
    const refusals = [
      await tus.patch(path, 4, Buffer.from('x')),
      await tus.patch(path, 6, Buffer.from('x')),
      await tus.patch(path, 5, Buffer.from('x'), { 'content-type': 'application/octet-stream' }),
      await tus.patch(path, 5, Buffer.from('6789012')),
      await tus.patch(path, 5, Buffer.from('x'), { 'upload-offset': 'x' }),
      await tus.patch(path, 5, Buffer.from('x'), { 'tus-resumable': '2.0.0' }),
    ];
    expect(refusals.map(({ status, code }) => [status, code])).toEqual([
      [409, 'offset_mismatch'],
      [409, 'offset_mismatch'],
      [415, 'unsupported_media_type'],
      [413, 'file_too_large'],
      [400, 'invalid_upload_header'],
      [412, 'unsupported_tus_version'],
    ]);
    for (const { headers } of refusals) expect(headers.get('tus-resumable')).toBe('1.0.0');
    const done = await tus.patch(path, 5, Buffer.from('67890'));
    expect((await owner.download(done.fileId!)).body.toString()).toBe('1234567890');
    expect((await tus.patch(path, 10, Buffer.alloc(0))).fileId).toBe(done.fileId);
    expect((await tus.patch(path, 0, Buffer.from('12345'))).code).toBe('offset_mismatch');
    expect((await tus.patch(path, 10, Buffer.from('x'))).code).toBe('file_too_large');
  });

  it('ignores X-HTTP-Method-Override', async () => {
    const path = await tus.begin(1);
    const { status } = await tus.send(
      'POST',
      path,
      { 'x-http-method-override': 'PATCH', 'upload-offset': '0' },
      Buffer.from('x'),
    );
    expect(status).toBe(405);
    expect(
      (
        await tus.send(
          'PATCH',
          path,
          { 'x-http-method-override': 'DELETE', 'upload-offset': '0' },
          Buffer.from('x'),
        )
      ).status,
    ).toBe(204);
  });

  it.each(['sha1', 'sha256'])('discards the bytes of a request with another %s', async (algorithm) => {
    const bytes = randomBytes(2 * MIB);
    const path = await tus.begin(bytes.length);
    await tus.patch(path, 0, bytes.subarray(0, MIB), {
      'upload-checksum': checksumOf(bytes.subarray(0, MIB), algorithm),
    });
    const wrong = await tus.patch(path, MIB, randomBytes(MIB), {
      'upload-checksum': checksumOf(bytes, algorithm),
    });
    expect([wrong.status, wrong.code]).toEqual([460, 'checksum_mismatch']);
    expect((await tus.head(path)).offset).toBe(MIB);
    const unknown = await tus.patch(path, MIB, Buffer.from('x'), { 'upload-checksum': 'crc32 eA==' });
    expect([unknown.status, unknown.code]).toEqual([400, 'invalid_upload_header']);
    const rest = bytes.subarray(MIB);
    const done = await tus.patch(path, MIB, rest, { 'upload-checksum': checksumOf(rest, algorithm) });
    expect((await owner.download(done.fileId!)).body.equals(bytes)).toBe(true);
  });

  it('compares the digest of the whole, and ends an upload that has another', async () => {
    const bytes = randomBytes(3000);
    const path = await tus.begin(3000, { sha256: sha256(bytes).toUpperCase() });
    await tus.patch(path, 0, bytes.subarray(0, 1000));
    expect((await tus.patch(path, 1000, bytes.subarray(1000))).status).toBe(204);
    const before = await server.stored();
    const other = await tus.begin(3000, { sha256: sha256('other') });
    await tus.patch(other, 0, bytes.subarray(0, 1000));
    expect((await tus.patch(other, 1000, bytes.subarray(1000))).code).toBe('digest_mismatch');
    expect((await tus.head(other)).status).toBe(410);
    expect(await server.stored()).toEqual(before);
    const [entry] = await owner.trail('&action=FILE_REFUSED');
    expect(entry).toMatchObject({ metadata: { reason: 'digest_mismatch' } });
    const { counted, kept } = await usageOf(server, owner.userId);
    expect(counted).toEqual(kept);
  });

  it('names the digest as the reason also when the request takes longer to end the upload than a lease beats', async () => {
    const newFiles = server.app.get(NewFiles);
    const refused = newFiles.refused.bind(newFiles);
    newFiles.refused = async (...given) => {
      await delay(2500);
      return refused(...given);
    };
    try {
      const path = await tus.begin(3000, { sha256: sha256('other') });
      const answer = await tus.patch(path, 0, randomBytes(3000));
      expect([answer.status, answer.code]).toEqual([400, 'digest_mismatch']);
    } finally {
      newFiles.refused = refused;
    }
  });

  it('removes an upload that is given up, and keeps the file of a finished one', async () => {
    const before = await server.stored();
    const path = await tus.begin(1000);
    await tus.patch(path, 0, randomBytes(400));
    expect((await tus.delete(path)).status).toBe(204);
    expect(await server.stored()).toEqual(before);
    expect((await tus.head(path)).status).toBe(410);
    expect((await tus.patch(path, 400, randomBytes(10))).code).toBe('upload_gone');
    expect((await tus.delete(path)).code).toBe('upload_gone');
    expect((await owner.json('GET', path)).body).toMatchObject({ code: 'upload_gone' });
    const finished = await tus.create(3, {}, {}, Buffer.from('end'));
    expect((await tus.delete(finished.headers.get('location')!)).status).toBe(204);
    expect((await owner.download(finished.fileId!)).body.toString()).toBe('end');
    const { counted, kept } = await usageOf(server, owner.userId);
    expect(counted).toEqual(kept);
  });

  it('lists unfinished uploads page by page, newest first, to their owner only', async () => {
    const client = await server.user();
    const own = new TusClient(client);
    const ids: string[] = [];
    for (let made = 0; made < 5; made++) ids.unshift((await own.begin(10)).split('/').at(-1)!);
    const pages = await client.pages<{ id: string }>('/api/uploads?limit=2');
    expect(pages.map((page) => page.map(({ id }) => id))).toEqual([
      ids.slice(0, 2),
      ids.slice(2, 4),
      ids.slice(4),
    ]);
    expect(await uploads(await server.user())).toEqual([]);
    const path = `/api/uploads/${ids[0]}`;
    for (const [method, id] of [
      ['HEAD', path],
      ['GET', path],
      ['DELETE', path],
      ['PATCH', path],
    ] as const) {
      const answer = await tus.send(
        method,
        id,
        { 'upload-offset': '0' },
        method === 'PATCH' ? Buffer.from('x') : undefined,
      );
      expect([method, answer.status]).toEqual([method, 404]);
    }
    expect(await owner.trail('&action=ACCESS_DENIED')).toHaveLength(4);
  });

  it('lets a page of another site read what tus needs', async () => {
    const { headers } = await owner.fetch('/api/uploads', { headers: { origin: 'https://app.example.org' } });
    const exposed = headers.get('access-control-expose-headers')!.split(',');
    for (const name of [
      'Location',
      'Upload-Offset',
      'Upload-Length',
      'Upload-Expires',
      'Tus-Resumable',
      'Content-Location',
    ])
      expect(exposed).toContain(name);
    const preflight = await server.client().fetch('/api/uploads/x', {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example.org',
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization,content-type,tus-resumable,upload-offset',
      },
    });
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('upload-offset');
  });
});
