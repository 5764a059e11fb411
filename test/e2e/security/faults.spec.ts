import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { DomainEvents } from '../../../src/events/domain-events.js';
import { ObjectStorage, StorageError } from '../../../src/files/storage/object-storage.js';
import type { Client } from '../../support/client.js';
import { startApp, type TestApp } from '../../support/test-app.js';

let server: TestApp;
let client: Client;
beforeAll(async () => {
  server = await startApp();
  client = await server.user();
});
afterAll(() => server.close());

const openDescriptors = async () => (await readdir('/proc/self/fd')).length;

/** Bytes that are read in two pieces: of 256 KiB from disk, of what a packet brings from a bucket. */
const TWO_PIECES = process.env.TEST_STORAGE === 's3' ? 10_000 : 300_000;

describe('security.md: aborts and faults, made by the server’s own parts', () => {
  it('answers 507 on a full disk, keeps nothing, goes on reading, and recovers', async () => {
    const storage = server.app.get(ObjectStorage);
    const { body: kept } = await client.upload('kept');
    const before = { files: await server.stored(), descriptors: await openDescriptors() };
    const write = jest.spyOn(storage, 'write').mockImplementation(async (_key, source: Readable) => {
      source.destroy();
      await Promise.resolve();
      throw new StorageError('full');
    });
    const refused = await client.upload(Buffer.alloc(100_000));
    expect([refused.status, refused.body.code]).toEqual([507, 'storage_full']);
    expect((await client.download(kept.id)).body.toString()).toBe('kept');
    write.mockRestore();
    expect(await server.stored()).toEqual(before.files);
    expect((await client.upload('again')).status).toBe(201);
    expect(await openDescriptors()).toBeLessThanOrEqual(before.descriptors + 2);
  });

  it('refuses the action whose audit record cannot be written, and undoes it', async () => {
    const events = server.app.get(DomainEvents);
    const before = await server.stored();
    const broken = (['publish', 'publishIn'] as const).map((method) =>
      jest.spyOn(events, method).mockRejectedValue(new Error('the trail is broken')),
    );
    const upload = await client.upload('unrecorded');
    const list = await client.json('GET', '/api/files');
    const rename_ = await client.json('PATCH', '/api/users/me', { name: 'Unrecorded' });
    for (const method of broken) method.mockRestore();
    expect([upload.status, list.status, rename_.status]).toEqual([500, 500, 500]);
    expect(JSON.stringify(upload.body)).not.toContain('broken');
    expect(await server.stored()).toEqual(before);
    expect((await client.json('GET', '/api/users/me')).body.name).toBeNull();
  });
});

describe('security.md: downloads', () => {
  it.each([
    ['page.html', 'text/html'],
    ['image.svg', 'image/svg+xml'],
    ['script.js', 'text/javascript'],
    ['feed.xml', 'application/xml'],
    ['x.xhtml', 'application/xhtml+xml'],
  ])('serves %s as bytes that no browser runs', async (name, type) => {
    const { body } = await client.upload('<script>alert(1)</script>', { name, type });
    const { headers } = await client.download(body.id);
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('content-disposition')).toMatch(/^attachment;/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain('sandbox');
  });

  const blobOf = async (content: string) => {
    const before = new Set(await server.stored());
    const { body } = await client.upload(content);
    const path = (await server.stored()).find((file) => !before.has(file))!;
    return { id: body.id, path };
  };

  it('answers 503 before the first byte for missing or cut bytes, with an entry and an alert', async () => {
    for (const rest of [null, '012']) {
      const { id, path } = await blobOf('0123456789');
      await server.tamper(path, rest);
      server.log.length = 0;
      const answer = await client.download(id);
      expect(answer.status).toBe(503);
      expect(JSON.parse(answer.body.toString())).toMatchObject({ code: 'file_unavailable' });
      expect(server.log.join('')).toContain('ALERT');
      expect((await client.trail('&action=FILE_DOWNLOAD'))[0]).toMatchObject({
        outcome: 'failure',
        metadata: { reason: 'bytes_missing_or_damaged' },
      });
    }
  });

  const failure = { outcome: 'failure', metadata: { reason: 'bytes_missing_or_damaged' } };

  it.each([
    ['a small file', 10, undefined],
    ['all of a small file as a range', 10, 'bytes=0-'],
    ['a file of two pieces, without leaving a proxy to guess', TWO_PIECES / 10, undefined],
  ])('refuses altered bytes of %s', async (_name, tens, range) => {
    const { id, path } = await blobOf('0123456789'.repeat(tens));
    await server.tamper(path, `X${'0123456789'.repeat(tens).slice(1)}`);
    const answer = await client.download(id, range === undefined ? {} : { range });
    expect(answer.status).toBe(503);
    expect((await client.trail('&action=FILE_DOWNLOAD'))[0]).toMatchObject(failure);
  });

  it('breaks the transfer of bytes that were altered, rather than serve them', async () => {
    const { id, path } = await blobOf('0123456789'.repeat(150_000));
    await server.tamper(path, '0123456789'.repeat(149_999) + '012345678X');
    await expect(client.download(id)).rejects.toThrow();
    expect(server.log.join('')).toContain('ALERT');
    const trail = await client.trail('&action=FILE_DOWNLOAD');
    expect(trail[0]).toMatchObject(failure);
  });
});
