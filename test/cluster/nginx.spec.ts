import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { join, relative } from 'node:path';
import { type Cluster, startCluster } from '../support/cluster.js';
import type { Client } from '../support/client.js';
import { rawExchange, statusOf } from '../support/raw-http.js';
import { storedFiles } from '../support/storage-files.js';

const MIB = 1024 * 1024;

describe.each(['none', 'x-accel'])('behind nginx, downloads handed over: %s', (offload) => {
  let cluster: Cluster;
  let client: Client;
  beforeAll(async () => {
    cluster = await startCluster({ environment: { DOWNLOAD_OFFLOAD: offload } });
    client = await cluster.user();
  });
  afterAll(() => cluster.stop());

  /** The answer of nginx to exactly this request. */
  const through = (request: string) =>
    rawExchange(Number(new URL(cluster.url).port), [Buffer.from(request, 'latin1')]);

  it('gives the same answer as an instance without nginx, each header once', async () => {
    const bytes = randomBytes(300_000);
    const { body } = await client.upload(bytes, { name: 'für "später".pdf', type: 'application/pdf' });
    const answer = await client.fetch(`/api/files/${body.id}`);
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-length': '300000',
      'content-disposition': expect.stringContaining("filename*=UTF-8''f%C3%BCr%20%22sp%C3%A4ter%22.pdf"),
      etag: `"${body.sha256}"`,
      'repr-digest': expect.stringMatching(/^sha-256=:.+:$/),
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-cache',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining('sandbox'),
      'x-request-id': expect.stringMatching(/^[\w.-]+$/),
      'last-modified': expect.stringContaining('GMT'),
    });
    expect(answer.headers.get('x-accel-redirect')).toBeNull();
    expect(answer.headers.get('server')).toBe('nginx');
    const direct = await client.trail('&action=FILE_DOWNLOAD');
    expect(direct).toHaveLength(1);
  });

  it('answers ranges and conditions correctly', async () => {
    const { body } = await client.upload('0123456789', { name: 'digits.txt' });
    const get = async (headers: Record<string, string>) => {
      const answer = await client.fetch(`/api/files/${body.id}`, { headers });
      return [answer.status, await answer.text(), answer.headers.get('content-range')];
    };
    const tag = `"${body.sha256}"`;
    expect(await get({ range: 'bytes=2-4' })).toEqual([206, '234', 'bytes 2-4/10']);
    expect(await get({ range: 'bytes=-3' })).toEqual([206, '789', 'bytes 7-9/10']);
    expect(await get({ range: 'bytes=2-4', 'if-range': tag })).toEqual([206, '234', 'bytes 2-4/10']);
    expect((await get({ range: 'bytes=2-4', 'if-range': '"other"' })).slice(0, 2)).toEqual([
      200,
      '0123456789',
    ]);
    expect((await get({ range: 'bytes=10-' }))[0]).toBe(416);
    expect((await get({ 'if-none-match': tag }))[0]).toBe(304);
    expect((await get({ 'if-none-match': '"other"' }))[0]).toBe(200);
    expect((await get({ 'if-match': tag }))[0]).toBe(200);
    expect((await get({ 'if-match': '"other"' }))[0]).toBe(412);
    const head = await client.fetch(`/api/files/${body.id}`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), head.headers.get('etag')]).toEqual([
      200,
      '10',
      tag,
    ]);
  });

  it('serves an earlier version as it serves the file: whole, in ranges, by conditions, with its digest', async () => {
    const bytes = randomBytes(300_000);
    const { body: file } = await client.upload(bytes, { name: 'first.pdf', type: 'application/pdf' });
    await client.replace(file.id, '0123456789', { name: 'second.txt', type: 'text/plain' });
    const stored = await storedFiles(cluster.storage);
    const get = async (version: number, headers: Record<string, string> = {}, method = 'GET') => {
      const { status, body, headers: seen } = await client.downloadVersion(file.id, version, headers, method);
      expect(seen.get('x-accel-redirect')).toBeNull();
      return { status, body, headers: seen };
    };
    const whole = await get(1);
    expect([whole.status, whole.body.equals(bytes)]).toEqual([200, true]);
    const digest = Buffer.from(file.sha256, 'hex').toString('base64');
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-length': '300000',
      'content-disposition': expect.stringContaining('filename="first.pdf"'),
      etag: `"${file.sha256}"`,
      'repr-digest': `sha-256=:${digest}:`,
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-cache',
      'content-security-policy': expect.stringContaining('sandbox'),
    });
    const part = await get(1, { range: 'bytes=1000-1999', 'if-range': `"${file.sha256}"` });
    expect([part.status, part.body.equals(bytes.subarray(1000, 2000))]).toEqual([206, true]);
    expect(part.headers.get('content-range')).toBe('bytes 1000-1999/300000');
    expect((await get(1, { range: 'bytes=-7' })).body.equals(bytes.subarray(-7))).toBe(true);
    expect((await get(1, { range: 'bytes=300000-' })).status).toBe(416);
    expect((await get(1, { 'if-none-match': `"${file.sha256}"` })).status).toBe(304);
    expect((await get(1, { 'if-match': '"other"' })).status).toBe(412);
    expect((await get(1, {}, 'HEAD')).headers.get('content-length')).toBe('300000');
    expect((await get(2)).body.toString()).toBe('0123456789');
    expect((await get(3)).status).toBe(404);
    expect((await client.json('POST', `/api/files/${file.id}/versions/1/restore`)).body.version).toBe(3);
    expect((await client.download(file.id)).body.equals(bytes)).toBe(true);
    expect(await storedFiles(cluster.storage)).toEqual(stored);
    const downloads = await client.trail(`&action=FILE_DOWNLOAD&resource=${file.id}`);
    expect(downloads.some(({ metadata }) => metadata.version === 1)).toBe(true);
  });

  it('accepts a file of exactly 50 MiB, refuses one byte more, and answers refusals as JSON', async () => {
    expect((await client.upload(Buffer.alloc(50 * MIB))).status).toBe(201);
    const more = await client.upload(Buffer.alloc(50 * MIB + 1));
    expect([more.status, (more.body as unknown as { code: string }).code]).toEqual([413, 'file_too_large']);
    const much = await client.upload(Buffer.alloc(54 * MIB));
    expect([much.status, (much.body as unknown as { code: string }).code]).toEqual([413, 'body_too_large']);
    expect(much.headers.get('content-type')).toContain('application/problem+json');
    expect(much.body).toMatchObject({
      type: 'about:blank',
      status: 413,
      request_id: expect.stringMatching(/^\w+$/),
    });
  });

  it.each([
    '/metrics',
    '/metrics/',
    '/Metrics',
    '/METRICS/',
    '//metrics',
    '/metrics//',
    '/%6detrics',
    '/Metric%53/',
    '/x/../metrics',
    '/x/%2e%2e/metrics/',
    '/%2e/metrics',
    '/x/..%2fmetrics',
    '/metrics%2f',
    '/metrics%20',
    '/metrics%00',
    '/metrics;x',
    '/metrics?x',
    '/metrics#x',
    '/metrics\u00a0',
    'http://x/metrics',
    'http://x//metrics/',
  ])('blocks the metrics from outside as %s', async (target) => {
    const text = await through(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect([400, 403, 404]).toContain(statusOf(text));
    expect(text).toMatch(/content-type: application\/problem\+json/i);
    expect(text).not.toContain('domain_events_total');
  });

  it('blocks the internal location from outside, in every spelling', async () => {
    await client.upload('secret');
    const names = await storedFiles(cluster.storage);
    const blob = relative(join(cluster.storage, 'blobs'), names.at(-1)!);
    for (const target of [
      '/internal/blobs/',
      `/internal/blobs/${blob}`,
      `//internal//blobs/${blob}`,
      `/INTERNAL/blobs/${blob}`,
      `/x/../internal/blobs/${blob}`,
      `/internal/%62lobs/${blob}`,
      `/%69nternal%2fblobs%2f${blob}`,
      `http://x/internal/blobs/${blob}`,
      `/internal/blobs../blobs/${blob}`,
    ]) {
      const text = await through(
        `GET ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${client.token}\r\nX-Accel-Redirect: /internal/blobs/${blob}\r\n\r\n`,
      );
      expect([target, statusOf(text)]).toEqual([target, 404]);
      expect(text).toMatch(/content-type: application\/problem\+json/i);
      expect(text).not.toContain('secret');
    }
    const metrics = await client.json('GET', '/metrics');
    expect([metrics.status, metrics.body.code]).toEqual([403, 'forbidden']);
  });

  it('does not treat an instance as dead after it refuses a request', async () => {
    for (let i = 0; i < 30; i++) {
      const bomb = i % 2 === 0 ? 'X: x' : `X: ${'x'.repeat(15_000)}\r\n`.repeat(3);
      const text = await through(`GET /ready\u00a0 HTTP/1.1\r\nHost: x\r\n${bomb}\r\n\r\n`);
      expect([400, 431]).toContain(statusOf(text));
      expect(text).toMatch(/content-type: application\/problem\+json/i);
      expect((await client.json('GET', '/api/users/me')).status).toBe(200);
    }
  });

  it.each([
    ['an escape that is none', 'GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['too long a line', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 414],
    ['too long a header', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['TRACE', 'TRACE / HTTP/1.1\r\nHost: x\r\n\r\n', 405],
    ['two hosts', 'GET /health HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n', 400],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
    ],
  ])('refuses %s as a problem', async (_, request, status) => {
    const text = await through(request);
    expect(statusOf(text)).toBe(status);
    expect(text).toMatch(/content-type: application\/problem\+json/i);
    expect(text).toMatch(new RegExp(`"status":${status}`));
  });

  it('does not trust X-Forwarded-For of a client', async () => {
    await client.fetch('/api/files', { headers: { 'x-forwarded-for': '203.0.113.66' } });
    const [entry] = await client.trail('&action=FILE_LIST');
    expect(entry!.ip).toBe('127.0.0.1');
  });

  it('answers a problem document when no instance is left', async () => {
    for (const { child, ended } of cluster.instances) {
      child.kill('SIGKILL');
      await ended;
    }
    const answer = await client.json('GET', '/api/files');
    expect([answer.status, answer.body.code]).toEqual([502, 'busy']);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });
});
