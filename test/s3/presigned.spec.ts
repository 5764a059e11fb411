import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { Client } from '../support/client.js';
import { environmentOf, type S3Server, startS3, type TestBucket } from '../support/s3-server.js';
import { startApp, type TestApp } from '../support/test-app.js';

const MIB = 1024 * 1024;

describe('downloads from the bucket itself', () => {
  let s3: S3Server;
  let bucket: TestBucket;
  let server: TestApp;
  let client: Client;
  beforeAll(async () => {
    s3 = await startS3();
    bucket = await s3.bucket();
    server = await startApp({ ...environmentOf(bucket), DOWNLOAD_OFFLOAD: 'presigned' });
    client = await server.user();
  });
  afterAll(async () => {
    await server.close();
    await s3.stop();
  });

  const get = (id: string, init: RequestInit = {}) =>
    client.fetch(`/api/files/${id}`, { redirect: 'manual', ...init });

  it('redirects to a short-lived URL with name and type, and records the download before', async () => {
    const { body } = await client.upload('hello', { name: 'für alle.txt', type: 'application/pdf' });
    const answer = await get(body.id);
    expect(answer.status).toBe(307);
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
    const url = answer.headers.get('location')!;
    const query = new URL(url).searchParams;
    expect(query.get('X-Amz-Expires')).toBe('60');
    expect(query.get('response-content-type')).toBe('application/pdf');
    expect(query.get('response-content-disposition')).toContain("filename*=UTF-8''f%C3%BCr%20alle.txt");
    expect(await (await fetch(url)).text()).toBe('hello');
    expect(await (await fetch(url, { headers: { range: 'bytes=1-3' } })).text()).toBe('ell');
    expect(await client.trail('&action=FILE_DOWNLOAD')).toHaveLength(1);
  });

  it.each([1, 5 * MIB - 1, 5 * MIB, 5 * MIB + 1, 50 * MIB])(
    'redirects to a file of %i bytes, whole and in part',
    async (size) => {
      const bytes = randomBytes(size);
      const { body } = await client.upload(bytes);
      const url = (await get(body.id)).headers.get('location')!;
      expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(bytes)).toBe(true);
      const start = Math.floor(size / 2);
      const part = await fetch(url, { headers: { range: `bytes=${start}-` } });
      expect(part.status).toBe(206);
      expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(start))).toBe(true);
    },
  );

  it('answers HEAD, conditions and refusals itself', async () => {
    const { body } = await client.upload('hello');
    const head = await get(body.id, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '5']);
    expect((await get(body.id, { headers: { 'if-none-match': `"${body.sha256}"` } })).status).toBe(304);
    expect((await get(body.id, { headers: { 'if-match': '"other"' } })).status).toBe(412);
    expect((await get(body.id, { headers: { range: 'bytes=9-' } })).status).toBe(416);
    const stranger = await server.user();
    expect((await stranger.fetch(`/api/files/${body.id}`, { redirect: 'manual' })).status).toBe(404);
  });

  it('redirects to an earlier version under its own name, and restores it without a copy', async () => {
    const { body: file } = await client.upload('0123456789', { name: 'first.txt', type: 'text/plain' });
    await client.replace(file.id, 'second', { name: 'second.txt' });
    const stored = await bucket.list();
    const version = (number: number, init: RequestInit = {}) => get(`${file.id}/versions/${number}`, init);
    const answer = await version(1);
    expect(answer.status).toBe(307);
    const url = answer.headers.get('location')!;
    expect(new URL(url).searchParams.get('response-content-disposition')).toContain('first.txt');
    expect(await (await fetch(url)).text()).toBe('0123456789');
    const part = await fetch(url, { headers: { range: 'bytes=2-4' } });
    expect([part.status, await part.text()]).toEqual([206, '234']);
    const head = await version(1, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '10']);
    expect(head.headers.get('repr-digest')).toBe(
      `sha-256=:${Buffer.from(file.sha256, 'hex').toString('base64')}:`,
    );
    expect((await version(1, { headers: { 'if-none-match': `"${file.sha256}"` } })).status).toBe(304);
    expect((await version(1, { headers: { 'if-match': '"other"' } })).status).toBe(412);
    expect((await version(1, { headers: { range: 'bytes=10-' } })).status).toBe(416);
    expect((await version(3)).status).toBe(404);
    const restored = await client.json('POST', `/api/files/${file.id}/versions/1/restore`);
    expect([restored.status, restored.body.version]).toEqual([200, 3]);
    expect(await (await fetch((await get(file.id)).headers.get('location')!)).text()).toBe('0123456789');
    expect(await bucket.list()).toEqual(stored);
  });

  it('does not redirect to missing bytes, and records the loss', async () => {
    const { body } = await client.upload('lost');
    for (const name of await bucket.list()) await bucket.put(name, null);
    expect((await get(body.id)).status).toBe(503);
    expect((await client.trail('&action=FILE_DOWNLOAD&outcome=failure'))[0]!.resource).toBe(body.id);
  });

  it('refuses with 503 while the bucket does not answer', async () => {
    const before = (await client.trail()).length;
    s3.freeze(true);
    try {
      const ready = await server.client().json('GET', '/ready');
      expect(ready.status).toBe(503);
    } finally {
      s3.freeze(false);
    }
    expect((await client.upload('again')).status).toBe(201);
    expect((await client.trail()).length).toBeGreaterThan(before);
  });
});
