import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { startApp, type TestApp } from '../support/test-app.js';

interface Raw {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly bytes: Buffer;
}

/** The console that `npm run build` has built, as browsers ask for it. */
describe('the console at /', () => {
  let server: TestApp;
  beforeAll(async () => void (server = await startApp()));
  afterAll(() => server.close());

  /** `fetch` decompresses what it gets, so it is not used here. */
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    new Promise<Raw>((resolve, reject) => {
      request(server.url + path, { method, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({ status: answer.statusCode!, headers: answer.headers, bytes: Buffer.concat(chunks) }),
        );
      })
        .on('error', reject)
        .end();
    });
  const assets = async () =>
    [...(await get('/')).bytes.toString().matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(
      ([, path]) => path!,
    );

  it('is the same page at each of its addresses', async () => {
    const page = await get('/');
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['cache-control']).toBe('no-cache');
    for (const path of ['/register', '/trash', '/links'])
      expect((await get(path)).bytes.equals(page.bytes)).toBe(true);
    expect((await get('/', {}, 'HEAD')).headers['content-length']).toBe(String(page.bytes.length));
    expect((await get('/', { 'if-none-match': String(page.headers.etag) })).status).toBe(304);
  });

  it('lets the browser run nothing but its own files', async () => {
    const { headers, bytes } = await get('/');
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src blob:; frame-src blob:; " +
        "connect-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; " +
        "require-trusted-types-for 'script'; trusted-types verifier",
    );
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(bytes.toString()).not.toMatch(/<style|<script(?![^>]* src=)|\son\w+=|style=/);
  });

  it('has assets whose names stand for their content, in the forms that browsers take', async () => {
    const paths = await assets();
    expect(paths.length).toBeGreaterThan(2);
    for (const path of paths) {
      const plain = await get(path);
      expect(plain.status).toBe(200);
      expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(plain.headers['content-encoding']).toBeUndefined();
      const br = await get(path, { 'accept-encoding': 'gzip, br' });
      expect(br.headers['content-encoding']).toBe('br');
      expect(brotliDecompressSync(br.bytes).equals(plain.bytes)).toBe(true);
      const gzip = await get(path, { 'accept-encoding': 'gzip' });
      expect(gunzipSync(gzip.bytes).equals(plain.bytes)).toBe(true);
      expect(new Set([plain, br, gzip].map(({ headers }) => headers.etag)).size).toBe(3);
      expect(gzip.headers.vary).toContain('Accept-Encoding');
    }
  });

  it('needs at most 60 KB of scripts before the first use', async () => {
    const scripts = (await assets()).filter((path) => path.endsWith('.js'));
    const sizes = await Promise.all(
      scripts.map(async (path) => (await get(path, { 'accept-encoding': 'gzip' })).bytes.length),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(60_000);
  });

  it.each(['/assets/none.js', '/assets/..%2Findex.html', '/assets/', '/index.html'])(
    'has nothing at %s',
    async (path) => {
      const { status, headers } = await get(path);
      expect(status).toBe(404);
      expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    },
  );
});
