import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import type { Client } from '../../support/client.js';
import { openRaw, rawExchange, statusOf } from '../../support/raw-http.js';
import { startApp, type TestApp } from '../../support/test-app.js';

let server: TestApp;
let client: Client;
beforeAll(async () => {
  server = await startApp({
    TRUST_PROXY: '1',
    CORS_ORIGINS: 'https://app.example.org,https://other.example.org',
  });
  client = await server.user();
});
afterAll(() => server.close());

interface JsonOperation {
  readonly requestBody?: { readonly content: Record<string, unknown> };
}

const isProblem = (text: string) => {
  expect(text).toMatch(/content-type: application\/problem\+json/i);
  expect(text).toMatch(/x-request-id: \S+/i);
  expect(text).not.toMatch(/stack|node_modules|at Object|\/src\//);
};

describe('security.md: input', () => {
  const send = (body: string | Buffer, type = 'application/json', path = '/api/users/register') =>
    rawExchange(server.port, [
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`,
      body,
    ]);

  it.each([
    ['broken JSON', '{"email":', 400],
    ['deep JSON', '['.repeat(20_000) + ']'.repeat(20_000), 400],
    ['a 1 MB string', JSON.stringify({ email: 'x'.repeat(1_000_000) }), 413],
    ['a duplicate key', '{"email":"a@b.example","password":"long enough","email":"c@d.example"}', 400],
    [
      'an escaped duplicate key',
      '{"email":"a@b.example","password":"long enough","\\u0065mail":"c@d.example"}',
      400,
    ],
    ['__proto__', '{"__proto__":{"roles":["admin"]},"email":"a@b.example","password":"long enough"}', 400],
    ['constructor', '{"constructor":{"prototype":{}},"email":"a@b.example","password":"long enough"}', 400],
    ['an array', '[]', 400],
    ['a string', '"x"', 400],
    ['null', 'null', 400],
    ['arrays for strings', '{"email":["a@b.example"],"password":["long enough"]}', 400],
    ['an object for a string', '{"email":{"$ne":null},"password":"long enough"}', 400],
    ['NUL', '{"email":"a\\u0000@b.example","password":"long enough phrase"}', 400],
    ['a lone surrogate', '{"email":"\\ud800@b.example","password":"long enough phrase"}', 400],
    [
      'mass assignment of roles',
      '{"email":"a@b.example","password":"long enough phrase","roles":["admin"]}',
      400,
    ],
    ['mass assignment of an id', '{"email":"a@b.example","password":"long enough phrase","id":"1"}', 400],
    ['no e-mail', '{"email":"nobody","password":"long enough phrase"}', 400],
    [
      'an overlong e-mail',
      JSON.stringify({ email: `${'a'.repeat(250)}@b.example`, password: 'long enough' }),
      400,
    ],
    ['an empty object', '{}', 400],
  ])('refuses %s', async (_, body, status) => {
    const text = await send(body);
    expect(statusOf(text)).toBe(status);
    isProblem(text);
  });

  it.each([
    ['announced', 'Content-Length: 65537', ''],
    ['chunked', 'Transfer-Encoding: chunked', `20000\r\n{"${'x'.repeat(66_000)}`],
  ])('refuses a body that is too large before it has arrived: %s', async (_, field, begun) => {
    const text = await rawExchange(server.port, [
      `POST /api/users/register HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${field}\r\n\r\n${begun}`,
    ]);
    expect(statusOf(text)).toBe(413);
    expect(text).toContain('"code":"body_too_large"');
  });

  it('refuses a body that is not UTF-8 JSON', async () => {
    const body = '{"email":"a@b.example","password":"long enough phrase"}';
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/xml',
      'application/jsonx',
    ]) {
      expect([type, statusOf(await send(body, type))]).toEqual([type, 415]);
    }
    expect(statusOf(await send(body, 'application/json; charset=utf-16'))).toBe(415);
    expect(statusOf(await send(Buffer.from([0x22, 0xff, 0x22])))).toBe(400);
  });

  it.each([
    ['no body', null, {}],
    ['a length of 0', '', { 'Content-Length': '0' }],
    ['no chunk', '0\r\n\r\n', { 'Transfer-Encoding': 'chunked' }],
    ['white space', ' \r\n\t', {}],
    ['a byte order mark', '\ufeff', {}],
    ['a byte order mark and white space', '\ufeff ', {}],
    ['null', 'null', {}],
    ['an array', '[]', {}],
    ['a number', '1', {}],
    ['a string', '"a"', {}],
  ])('refuses %s on every route that takes JSON', async (_, body, fields) => {
    // May use the routes of admins, too.
    const admin = await server.userWithRole('admin');
    const { body: document } = await admin.json<{ paths: Record<string, Record<string, JsonOperation>> }>(
      'GET',
      '/docs-json',
    );
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, { requestBody }]) => requestBody?.content['application/json'] !== undefined)
        .map(([method]) => [method.toUpperCase(), path.replace(/\{\w+\}/, admin.userId)] as const),
    );
    expect(routes.length).toBeGreaterThan(6);
    for (const [method, path] of routes) {
      const head = {
        Host: 'x',
        Authorization: `Bearer ${admin.token}`,
        'Content-Type': 'application/json',
        ...(body === null || 'Transfer-Encoding' in fields
          ? {}
          : { 'Content-Length': Buffer.byteLength(body) }),
        ...fields,
      };
      const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
      const text = await rawExchange(server.port, [
        `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`,
      ]);
      expect([method, path, statusOf(text), /"code":"(\w+)"/.exec(text)?.[1]]).toEqual([
        method,
        path,
        400,
        'malformed_json',
      ]);
    }
  });

  it('accepts JSON after a byte order mark, and refuses compressed JSON', async () => {
    const body = '{"email":"a@b.example","password":"no such passphrase"}';
    expect(statusOf(await send(`\ufeff${body}`, 'application/json', '/api/users/login'))).toBe(401);
    const type = 'application/json\r\nContent-Encoding: gzip';
    expect(statusOf(await send(gzipSync(body), type, '/api/users/login'))).toBe(415);
  });

  it('reads a body only after it has checked the caller and the route', async () => {
    const nobody = server.client();
    for (const [method, path, status] of [
      ['PATCH', '/api/users/me', 401],
      ['POST', '/api/nothing', 404],
      ['PUT', '/api/users/me', 405],
      ['POST', '/api/users/login', 400],
    ] as const) {
      expect([path, (await nobody.json(method, path, '{"broken"')).status]).toEqual([path, status]);
    }
    const logout = await (await server.user()).json('POST', '/api/auth/logout', '{"broken"');
    expect(logout.status).toBe(204);
  });

  it('never passes NUL or invalid Unicode to the database', async () => {
    for (const path of [
      '/api/files/%00',
      '/api/files?name=%00',
      '/api/audit/logs?resource=%00',
      '/api/audit/logs?ip=%ff',
    ]) {
      const { status } = await client.json('GET', path);
      expect([path, [400, 404].includes(status) || (path.endsWith('%ff') && status === 200)]).toEqual([
        path,
        true,
      ]);
    }
    expect((await client.json('PATCH', '/api/users/me', { name: 'a\0b' })).status).toBe(400);
    expect((await client.json('PATCH', '/api/users/me', { name: 'Zoë 👩‍👩‍👧 ‮' })).status).toBe(200);
    expect(
      (await client.json('PATCH', '/api/users/me', { role: 'admin', id: 'x', user_id: 'y' })).status,
    ).toBe(400);
  });
});

describe('security.md: HTTP', () => {
  it.each([
    ['PUT', '/api/files', 'GET, HEAD, POST'],
    ['TRACE', '/health', 'GET, HEAD'],
    ['DELETE', '/health', 'GET, HEAD'],
    ['GET', '/api/users/login', 'POST'],
    ['PROPFIND', '/api/users/me', 'DELETE, GET, HEAD, PATCH'],
  ])('answers %s %s with 405 and Allow', async (method, path, allow) => {
    const text = await rawExchange(server.port, [`${method} ${path} HTTP/1.1\r\nHost: x\r\n\r\n`]);
    expect(statusOf(text)).toBe(405);
    expect(text).toMatch(new RegExp(`allow: ${allow}\r\n`, 'i'));
    isProblem(text);
  });

  it('answers 404 for an unknown path, whatever override headers say', async () => {
    const answer = await client.json('GET', '/api/nothing', undefined, {
      'x-http-method-override': 'DELETE',
    });
    expect([answer.status, answer.body.code]).toEqual([404, 'route_not_found']);
    const override = await client.json('GET', '/api/users/me', undefined, {
      'x-http-method-override': 'DELETE',
    });
    expect(override.status).toBe(200);
  });

  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400],
    [
      'two lengths',
      'POST /api/users/login HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx',
      400,
    ],
    [
      'a length and chunks',
      'POST /api/users/login HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['an obscured encoding', 'POST /health HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n', 400],
    ['a space before the colon', 'GET /health HTTP/1.1\r\nHost : x\r\n\r\n', 400],
    ['no host', 'GET /ready HTTP/1.1\r\n\r\n', 400],
    ['two hosts', 'GET /health HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n', 400],
    ['one host twice', 'GET /health HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n', 400],
    ['an empty host', 'GET /health HTTP/1.1\r\nHost:\r\n\r\n', 400],
    ['a host that is none', 'GET /ready HTTP/1.1\r\nHost: a@b/c\r\n\r\n', 400],
    ['an unknown encoding', 'GET /health HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: foo\r\n\r\n', 400],
    ['chunks of HTTP/1.0', 'GET /health HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400],
    [
      'two encodings',
      'GET /health HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: foo\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'one length twice',
      'GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx',
      400,
    ],
    ['a signed length', 'GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\nx', 400],
    ['a folded header', 'GET /health HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n', 400],
    ['a bare line feed', 'GET /health HTTP/1.1\nHost: x\n\n', 400],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['an asterisk for a path', 'GET * HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['another scheme', 'GET ftp://x/health HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['a fragment', 'GET /metrics#x HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['a path with a letter beyond ASCII', 'GET /metrics\u00a0 HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['an unknown expectation', 'GET /health HTTP/1.1\r\nHost: x\r\nExpect: x\r\n\r\n', 417],
    [
      'two content types',
      'POST /api/users/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}',
      415,
    ],
    [
      'more than 100 headers',
      `GET /health HTTP/1.1\r\nHost: x\r\n${'a: b\r\n'.repeat(99)}X-Forwarded-For: 203.0.113.7\r\n\r\n`,
      431,
    ],
    ['thousands of headers', `GET /ready HTTP/1.1\r\nHost: x\r\n${'a:\r\n'.repeat(3000)}\r\n`, 431],
    ['a header bomb', `GET /health HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['a broken escape', 'GET /api/files/%zz HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ])('refuses %s', async (_, request, status) => {
    const text = await rawExchange(server.port, [Buffer.from(request, 'latin1')]);
    expect(statusOf(text)).toBe(status);
    isProblem(text);
    expect(text).toMatch(/content-security-policy: default-src 'none'/i);
    expect(text).toMatch(/cache-control: no-store/i);
  });

  it.each([
    ['100 headers', `GET /health HTTP/1.1\r\nHost: x\r\n${'a: b\r\n'.repeat(99)}\r\n`, 200],
    ['HTTP/1.0 without a host', 'GET /ready HTTP/1.0\r\n\r\n', 200],
    ['an address as host', 'GET /ready HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n', 200],
    ['the service as a whole', 'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n', 204],
    [
      'a target with a host, of the path in it',
      'GET http://evil.example/ready HTTP/1.1\r\nHost: x\r\n\r\n',
      200,
    ],
    [
      'a target with nothing but a host, which is the page at /',
      'GET http://evil.example?x HTTP/1.1\r\nHost: x\r\n\r\n',
      200,
    ],
    [
      'another protocol offered',
      'GET /ready HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n',
      200,
    ],
  ])('takes %s', async (_, request, status) => {
    expect(statusOf(await rawExchange(server.port, [request]))).toBe(status);
  });

  it('names no host in the link to the next page, whatever the request line names', async () => {
    for (let i = 0; i < 2; i++) await client.upload(`file ${i}`);
    for (const target of ['http://evil.example/api/files?limit=1', '/api/files?limit=1&name=file?']) {
      const text = await rawExchange(server.port, [
        `GET ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${client.token}\r\n\r\n`,
      ]);
      expect(statusOf(text)).toBe(200);
      expect(text).not.toContain('evil');
      if (!target.includes('name'))
        expect(text).toMatch(/\r\nLink: <\/api\/files\?limit=1&cursor=[\w-]+>; rel="next"\r\n/);
    }
  });

  it('forbids caching of answers of /api, refusals included', async () => {
    const stored = async (answer: Promise<Response>) => (await answer).headers.get('cache-control');
    expect(await stored(client.fetch('/api/users/me'))).toBe('no-store');
    expect(await stored(client.fetch('/API/users/me/'))).toBe('no-store');
    expect(await stored(server.client().fetch('/api/users/me'))).toBe('no-store');
    expect(await stored(client.fetch('/api/nothing'))).toBe('no-store');
    expect(await stored(client.fetch('/nothing'))).toBe('no-store');
    expect((await client.signIn()).headers.get('cache-control')).toBe('no-store');
    const { body } = await client.upload('kept');
    const path = `/api/files/${body.id}`;
    expect(await stored(client.fetch(path))).toBe('private, no-cache');
    expect(await stored(client.fetch(path, { headers: { 'if-none-match': `"${body.sha256}"` } }))).toBe(
      'private, no-cache',
    );
    expect(await stored(client.fetch(path, { headers: { 'if-match': '"x"' } }))).toBe('no-store');
    expect(await stored(client.fetch('/docs'))).toBeNull();
  });

  it('answers a malformed later request of a connection, after the answers to the earlier ones', async () => {
    const good = 'GET /ready HTTP/1.1\r\nHost: x\r\n\r\n';
    const broken = 'GET /x\u00a0 HTTP/1.1\r\nHost: x\r\n\r\n';
    for (const [later, status] of [
      [broken, 400],
      [`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(200_000)}\r\n\r\n`, 431],
    ] as const) {
      const socket = await openRaw(server.port, good);
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString('latin1')));
      await once(socket, 'data');
      text = '';
      socket.write(later, 'latin1');
      await once(socket, 'end');
      expect(statusOf(text)).toBe(status);
      isProblem(text);
      socket.destroy();
    }
    const together = await rawExchange(
      server.port,
      [Buffer.from(good + broken + 'x'.repeat(1000), 'latin1')],
      {
        enough: (text) => text.includes('HTTP/1.1 400'),
      },
    );
    expect(together.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
  });

  it('closes CONNECT without an answer', async () => {
    const text = await rawExchange(server.port, ['CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n']);
    expect(statusOf(text)).not.toBe(200);
  });

  it('trusts X-Forwarded-For only for the configured number of proxies', async () => {
    const seen = async (forwarded: string) => {
      await client.json('GET', '/api/files', undefined, { 'x-forwarded-for': forwarded });
      return (await client.trail('&action=FILE_LIST'))[0]!.ip;
    };
    expect(await seen('203.0.113.7')).toBe('203.0.113.7');
    expect(await seen('1.1.1.1, 203.0.113.7')).toBe('203.0.113.7');
    expect(await seen('203.0.113.7:4711')).toBe('203.0.113.7');
    expect(await seen('[2001:db8::1]:443')).toBe('2001:db8::1');
    expect(await seen('fe80::1%br-lan')).toBe('fe80::1');
    expect(await seen('<script>')).toBe('127.0.0.1');
  });

  it('answers CORS only for listed origins, without credentials, and varies by Origin', async () => {
    const from = (origin: string, method = 'GET') => client.fetch('/health', { method, headers: { origin } });
    const listed = await from('https://app.example.org');
    expect(listed.headers.get('access-control-allow-origin')).toBe('https://app.example.org');
    expect(listed.headers.get('access-control-allow-credentials')).toBeNull();
    expect(listed.headers.get('vary')).toMatch(/origin/i);
    const foreign = await from('https://evil.example.org');
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
    expect(foreign.headers.get('vary')).toMatch(/origin/i);
    expect((await from('https://app.example.org', 'OPTIONS')).status).toBe(204);
    for (const path of ['/health', '/ready', '/api/users/me']) {
      const { headers } = await client.fetch(path);
      expect([path, headers.get('vary')]).toEqual([path, expect.stringMatching(/origin/i)]);
    }
  });

  it('shows no server name, and replaces an invalid request id', async () => {
    const { headers } = await client.json('GET', '/api/nothing', undefined, { 'x-request-id': 'bad id {}' });
    expect(headers.get('server')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('serves a slow reader completely', async () => {
    const bytes = Buffer.alloc(3_000_000, 7);
    const { body } = await client.upload(bytes);
    const request = `GET /api/files/${body.id} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${client.token}\r\nConnection: close\r\n\r\n`;
    const socket = await openRaw(server.port, request);
    let received = 0;
    socket.on('data', (chunk) => {
      received += chunk.length;
      socket.pause();
      setTimeout(() => socket.resume(), 5);
    });
    await once(socket, 'close');
    expect(received).toBeGreaterThan(bytes.length);
  });
});

describe('security.md: HTTP, slow and stalled requests', () => {
  it('answers 408 to incomplete headers and JSON bodies', async () => {
    const head =
      'POST /api/users/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n';
    const [headers, body] = await Promise.all([
      // With Node's default check interval, up to 30 s would be added.
      rawExchange(server.port, [head], { timeoutMs: 22_000 }),
      rawExchange(server.port, [`${head}\r\n{"email":`], { timeoutMs: 40_000 }),
    ]);
    for (const text of [headers, body]) {
      expect(statusOf(text)).toBe(408);
      expect(text).toContain('request_timeout');
      isProblem(text);
    }
  });
});
