import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { AuditBody, Client, FileBody } from '../../support/client.js';
import { filePart, multipart, openRaw, rawExchange, statusOf, uploadHead } from '../../support/raw-http.js';
import { startApp, type TestApp } from '../../support/test-app.js';

const LIMIT = 2 * 1024 * 1024;

let server: TestApp;
let client: Client;
beforeAll(async () => {
  server = await startApp({ MAX_UPLOAD_BYTES: String(LIMIT) });
  client = await server.user();
});
afterAll(() => server.close());

const post = async (body: Buffer, length: number | 'chunked' = body.length, contentType?: string) => {
  const text = await rawExchange(server.port, [uploadHead(client.token, length, contentType), body]);
  return { status: statusOf(text), text };
};
const named = async (disposition: string) => {
  const { status, text } = await post(multipart([{ disposition, body: 'abc', type: 'text/plain' }]));
  const json = Buffer.from(text.slice(text.indexOf('\r\n\r\n') + 4), 'latin1').toString();
  return { status, body: JSON.parse(json) as FileBody & { code: string } };
};

describe('security.md: upload names', () => {
  it.each([
    ['../../etc/passwd', 'passwd'],
    ['/etc/passwd', 'passwd'],
    ['C:\\\\Windows\\\\system.ini', 'system.ini'],
    ['C:autoexec.bat', 'autoexec.bat'],
    ['a%2fb.txt', 'a%2fb.txt'],
    ['50%.txt', '50%.txt'],
    ['.htaccess', '.htaccess'],
    ['tab\there.txt', 'tabhere.txt'],
    ['cr%0D%0ASet-Cookie: x=1', 'crSet-Cookie: x=1'],
    ['say %22hi%22.txt', 'say "hi".txt'],
    ["semi;colon='x'.txt", "semi;colon='x'.txt"],
    ['😀 emoji 日本語.txt', '😀 emoji 日本語.txt'],
    ['e\u0301.txt', '\u00e9.txt'],
    ['x'.repeat(255), 'x'.repeat(255)],
    ['<script>alert(1)</script>', 'script>'],
  ])('keeps %j as %j, under a key of the server, and returns it', async (sent, kept) => {
    const { status, body } = await named(`name="file"; filename="${sent}"`);
    expect([status, body.name]).toEqual([201, kept]);
    const download = await client.download(body.id);
    expect(download.status).toBe(200);
    const exact = /filename\*=UTF-8''(\S+)$/.exec(download.headers.get('content-disposition')!)![1]!;
    expect(decodeURIComponent(exact)).toBe(kept);
    expect(download.headers.get('set-cookie')).toBeNull();
    const files = await server.stored();
    expect(files.every((path) => /(^|\/)blobs\/([0-9a-f]{2}\/)?[0-9a-f-]{36}$/.test(path))).toBe(true);
  });

  it.each([
    ['a dot', 'name="file"; filename="."'],
    ['two dots', 'name="file"; filename=".."'],
    ['only a path', 'name="file"; filename="a/b/"'],
    ['a bidirectional override', 'name="file"; filename="evil\u202etxt.exe"'],
    ['256 bytes', `name="file"; filename="${'x'.repeat(256)}"`],
    ['10,000 bytes', `name="file"; filename="${'ä'.repeat(5000)}"`],
  ])('refuses %s with the reason', async (_, disposition) => {
    const { status, body } = await named(disposition);
    expect([status, body.code]).toEqual([400, 'invalid_file_name']);
  });

  it('treats an empty name as no file', async () => {
    const { status, body } = await named('name="file"; filename=""');
    expect([status, body.code]).toEqual([400, 'file_missing']);
  });

  it('refuses invalid UTF-8', async () => {
    const raw = Buffer.concat([
      Buffer.from('name="file"; filename="'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"'),
    ]);
    const { status } = await post(
      Buffer.from(
        multipart([{ disposition: 'NAME', body: 'abc' }])
          .toString('latin1')
          .replace('NAME', raw.toString('latin1')),
        'latin1',
      ),
    );
    expect(status).toBe(400);
  });
});

describe('security.md: upload bodies', () => {
  let before: string[];
  beforeEach(async () => void (before = await server.stored()));
  afterEach(async () => {
    // Node's parser may have answered before the upload was cleaned up.
    while ((await server.stored()).length > before.length) await delay(25);
    expect(await server.stored()).toEqual(before);
  });

  const whole = multipart([filePart('a.txt', 'abc')]);
  /** `begun`, followed by bytes that belong to no part of the form. */
  const flood = (begun: Buffer) => {
    const body = Buffer.concat([begun, Buffer.alloc(LIMIT + 65 * 1024)]);
    return post(Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body]), 'chunked');
  };
  const field = (name: string, body = 'x') => ({ disposition: `name="${name}"`, body });
  const cases: [string, number, () => Promise<{ status: number }>][] = [
    ['no boundary', 400, () => post(whole, whole.length, 'multipart/form-data')],
    ['a wrong boundary', 400, () => post(whole, whole.length, 'multipart/form-data; boundary=other')],
    [
      'an overlong boundary',
      400,
      () => post(whole, whole.length, `multipart/form-data; boundary=${'b'.repeat(9000)}`),
    ],
    ['no final boundary', 400, () => post(multipart([filePart('a.txt', 'abc')], false))],
    [
      'the wrong field',
      400,
      () => post(multipart([{ ...filePart('a', 'x'), disposition: 'name="data"; filename="a"' }])),
    ],
    ['no file', 400, () => post(multipart([field('sha256', 'a'.repeat(64))]))],
    ['an empty form', 400, () => post(multipart([]))],
    ['two files', 400, () => post(multipart([filePart('a', '1'), filePart('b', '2')]))],
    ['JSON', 415, () => post(Buffer.from('{"file":"x"}'), 12, 'application/json')],
    ['a bare text', 415, () => post(Buffer.from('x'), 1, 'text/plain')],
    ['1,000 parts', 400, () => post(multipart(Array.from({ length: 1000 }, (_, i) => field(`f${i}`))))],
    ['1,000 digests', 400, () => post(multipart(Array.from({ length: 1000 }, () => field('sha256'))))],
    ['prototype fields', 400, () => post(multipart([field('__proto__[admin]', 'true'), filePart('a', 'x')]))],
    ['a constructor field', 400, () => post(multipart([filePart('a', 'x'), field('constructor')]))],
    ['a digest that is none', 400, () => post(multipart([filePart('a', 'x'), field('sha256', 'nope')]))],
    [
      'an overlong digest',
      400,
      () => post(multipart([field('sha256', 'a'.repeat(1000)), filePart('a', 'x')])),
    ],
    ['a length that is too small', 400, () => post(whole, whole.length - 10)],
    ['a length that is too great', 400, () => post(whole, whole.length + 1000)],
    ['a length beyond the limit', 413, () => post(whole, LIMIT * 10)],
    ['chunks without end before the first boundary', 413, () => flood(Buffer.alloc(0))],
    ['chunks without end after the last boundary', 413, () => flood(whole)],
    ['one byte too many', 413, () => post(multipart([filePart('a', Buffer.alloc(LIMIT + 1))]))],
  ];
  it.each(cases)('refuses %s with %i, and keeps nothing', async (_, status, send) => {
    expect((await send()).status).toBe(status);
  });
});

describe('security.md: aborts and faults', () => {
  it.each([
    ['reset', 0.01],
    ['reset', 0.5],
    ['reset', 0.99],
    ['end', 0.5],
    ['end', 0.99],
  ] as const)('leaves nothing of an upload that ends with %s at %d', async (how, share) => {
    const owner = await server.user();
    const before = await server.stored();
    const body = multipart([filePart('a.bin', Buffer.alloc(1_500_000))]);
    const head = uploadHead(owner.token, body.length);
    const socket = await openRaw(
      server.port,
      Buffer.concat([Buffer.from(head), body.subarray(0, body.length * share)]),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (how === 'reset') socket.resetAndDestroy();
    else socket.end();
    const refused = await until(
      () => owner.trail('&action=FILE_REFUSED'),
      (entries) => entries.length > 0,
    );
    expect(refused.map(({ outcome }) => outcome)).toEqual(['aborted']);
    expect(await owner.json('GET', '/api/files')).toMatchObject({ status: 200, body: [] });
    expect(await server.stored()).toEqual(before);
  });

  async function until<T extends AuditBody[]>(
    ask: () => Promise<T>,
    enough: (value: T) => boolean,
  ): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      const value = await ask();
      if (enough(value) || attempt === 50) return value;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
});
