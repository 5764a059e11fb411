import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { AuditWriter } from '../../../src/audit/intake/audit-writer.js';
import { errors } from '../../../src/common/refusals/errors.js';
import { DomainEvents } from '../../../src/events/domain-events.js';
import { ObjectStorage, StorageError } from '../../../src/files/storage/object-storage.js';
import type { Client } from '../../support/client.js';
import { refuseWrites } from '../../support/refuse-writes.js';
import { startApp, type TestApp } from '../../support/test-app.js';

let server: TestApp;
let client: Client;
type Problem = { code: string };
beforeAll(async () => {
  server = await startApp();
  client = await server.user();
});
afterAll(() => server.close());

const openDescriptors = async () => (await readdir('/proc/self/fd')).length;

/** A size that is read in two pieces: of 256 KiB from disk, or of packets from a bucket. */
const TWO_PIECES = process.env.TEST_STORAGE === 's3' ? 10_000 : 300_000;

describe('security.md: aborts and faults, caused by parts of the server', () => {
  it('answers 507 on a full disk, stores nothing, still serves downloads, and recovers', async () => {
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

  it('refuses and undoes an action whose audit record cannot be written', async () => {
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

  it('tells that the trail takes no records, and does nothing', async () => {
    const before = await server.stored();
    const other = await server.user('unrecorded@example.org');
    await refuseWrites(server, 'audit_intake', true);
    const answers = [
      await client.upload('unrecorded'),
      await client.json('GET', '/api/files'),
      await client.json('PATCH', '/api/users/me', { name: 'Unrecorded' }),
      await other.json('DELETE', '/api/users/me', { password: 'a long enough passphrase' }),
    ];
    await refuseWrites(server, 'audit_intake', false);
    for (const { status, body } of answers)
      expect([status, (body as Problem).code]).toEqual([503, 'audit_unavailable']);
    expect(await server.stored()).toEqual(before);
    expect((await client.json('GET', '/api/users/me')).body.name).toBeNull();
    expect((await other.json('GET', '/api/users/me')).status).toBe(200);
  });
});

describe('security.md: a refusal whose audit record cannot be written', () => {
  it('stays the refusal that it was, and the missing record is logged', async () => {
    const writer = jest
      .spyOn(server.app.get(AuditWriter), 'write')
      .mockRejectedValue(errors.auditUnavailable(new Error('no room')));
    const storage = jest.spyOn(server.app.get(ObjectStorage), 'write').mockImplementation((_key, source) => {
      source.destroy();
      return Promise.reject(new StorageError('full'));
    });
    server.log.length = 0;
    const stranger = server.client();
    const refusals = {
      upload: await client.upload('more'),
      name: await client.upload('more', { name: '..' }),
      id: await client.json('GET', `/api/files/${randomUUID()}/metadata`),
      role: await client.json('GET', '/api/admin/users'),
      user: await stranger.json('POST', '/api/users/login', { email: 'x@example.org', password: 'wrong' }),
      password: await client.json('DELETE', '/api/users/me', { password: 'wrong' }),
    };
    const recorded = await client.json('GET', '/api/files');
    for (const mock of [writer, storage]) mock.mockRestore();
    expect(Object.values(refusals).map(({ status, body }) => `${status} ${(body as Problem).code}`)).toEqual([
      '507 storage_full',
      '400 invalid_file_name',
      '404 file_not_found',
      '403 forbidden',
      '401 invalid_credentials',
      '403 wrong_password',
    ]);
    // What is no refusal is not done without its record.
    expect([recorded.status, (recorded.body as Problem).code]).toEqual([503, 'audit_unavailable']);
    const missed = server.log.filter((line) => line.includes('ALERT: a refusal could not be recorded'));
    expect(missed.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual([
      'file.refused',
      'file.refused',
      'access.denied',
      'access.denied',
      'user.sign_in_failed',
      'user.deletion_refused',
    ]);
  });
});

describe('security.md: downloads', () => {
  it.each([
    ['page.html', 'text/html'],
    ['image.svg', 'image/svg+xml'],
    ['script.js', 'text/javascript'],
    ['feed.xml', 'application/xml'],
    ['x.xhtml', 'application/xhtml+xml'],
  ])('serves %s so that no browser runs it', async (name, type) => {
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

  it('answers 503 before the first byte for missing or truncated bytes, with an entry and an alert', async () => {
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

  it('breaks off the transfer of altered bytes', async () => {
    const { id, path } = await blobOf('0123456789'.repeat(150_000));
    await server.spoilEnd(path);
    await expect(client.download(id)).rejects.toThrow();
    expect(server.log.join('')).toContain('ALERT');
    const trail = await client.trail('&action=FILE_DOWNLOAD');
    expect(trail[0]).toMatchObject(failure);
  });
});
