import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { newId } from '../../src/common/ids.js';
import { Transactions } from '../../src/database/transactions.js';
import { FileVersion } from '../../src/files/contents/file-version.entity.js';
import { StoredFile } from '../../src/files/contents/stored-file.entity.js';
import { Quota } from '../../src/files/quota/quota.js';
import { NO_USAGE } from '../../src/files/quota/usage.js';
import { ObjectStorage } from '../../src/files/storage/object-storage.js';
import { Readable } from 'node:stream';
import type { Client, FileBody } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';
import { usageOf } from '../support/usage.js';

type TrashedBody = FileBody & { trashed: string; expires: string };

const DAY_MS = 86_400_000;
const TRASH_DAYS = 7;

describe('The trash', () => {
  let server: TestApp;
  let client: Client;
  beforeAll(async () => {
    server = await startApp({ TRASH_DAYS: String(TRASH_DAYS), QUOTA_BYTES_PER_USER: '1000' });
  });
  afterAll(() => server.close());

  const upload = async (bytes = 'some bytes', name = 'a.txt') => (await client.upload(bytes, { name })).body;
  const trash = async (file: FileBody) => {
    expect((await client.json('DELETE', `/api/files/${file.id}`)).status).toBe(204);
    return file;
  };
  const listed = async () => (await client.json<TrashedBody[]>('GET', '/api/trash')).body;
  const actions = async (query = '') =>
    (await client.trail(`&action=FILE_*${query}`)).map(({ action, metadata }) => [action, metadata]);
  /** No byte without a row, no row without its bytes, and each counted once. */
  const expectAgreement = async (expected: Partial<typeof NO_USAGE>, blobs: number) => {
    const { counted, kept } = await usageOf(server, client.userId);
    expect([counted, kept]).toEqual([
      { ...NO_USAGE, ...expected },
      { ...NO_USAGE, ...expected },
    ]);
    expect(await server.stored()).toHaveLength(blobs);
  };

  it('keeps a deleted file with its id and name, out of reach of every other route', async () => {
    client = await server.user();
    const file = await trash(await upload());
    const [found, ...others] = await listed();
    expect([found, others]).toEqual([
      { ...file, trashed: expect.any(String), expires: expect.any(String) },
      [],
    ]);
    expect(Date.parse(found!.expires) - Date.parse(found!.trashed)).toBe(TRASH_DAYS * DAY_MS);
    expect(Math.abs(Date.now() - Date.parse(found!.trashed))).toBeLessThan(10_000);
    expect((await client.json<FileBody[]>('GET', '/api/files')).body).toEqual([]);
    for (const [method, path, body] of [
      ['GET', ''],
      ['HEAD', ''],
      ['GET', '/metadata'],
      ['PATCH', '', { name: 'b.txt' }],
      ['DELETE', ''],
      ['DELETE', '?permanently=true'],
    ] as const) {
      const answer = await client.json(method, `/api/files/${file.id}${path}`, body);
      expect([method, path, answer.status]).toEqual([method, path, 404]);
    }
    await expectAgreement({ trash: 10 }, 1);
    await client.json('DELETE', '/api/trash');
  });

  it('gives a file back as it was', async () => {
    client = await server.user();
    const file = await trash(await upload('abc'));
    const restored = await client.json('POST', `/api/trash/${file.id}/restore`);
    expect([restored.status, restored.body]).toEqual([200, file]);
    expect((await client.download(file.id)).body.toString()).toBe('abc');
    expect((await client.json<FileBody[]>('GET', '/api/files')).body).toEqual([file]);
    expect(await listed()).toEqual([]);
    const again = await client.json('POST', `/api/trash/${file.id}/restore`);
    expect([again.status, again.body.code]).toEqual([404, 'file_not_found']);
    await expectAgreement({ files: 3 }, 1);
    await trash(file);
    await client.json('DELETE', '/api/trash');
  });

  it('records each way in and out', async () => {
    client = await server.user();
    const file = await trash(await upload('abc', 'recorded.txt'));
    await listed();
    await client.json('POST', `/api/trash/${file.id}/restore`);
    await trash(file);
    await client.json('DELETE', `/api/trash/${file.id}`);
    const direct = await upload('abc', 'direct.txt');
    await client.json('DELETE', `/api/files/${direct.id}?permanently=true`);
    const filename = 'recorded.txt';
    expect(await actions(`&resource=${file.id}`)).toEqual([
      ['FILE_DELETE', { filename, permanently: true }],
      ['FILE_DELETE', { filename, permanently: false }],
      ['FILE_RESTORE', { filename }],
      ['FILE_DELETE', { filename, permanently: false }],
      ['FILE_UPLOAD', expect.objectContaining({ filename })],
    ]);
    expect((await actions(`&resource=${direct.id}`))[0]).toEqual([
      'FILE_DELETE',
      { filename: 'direct.txt', permanently: true },
    ]);
    expect(await actions('&resource=files')).toEqual([['FILE_LIST', { count: 1, trash: true }]]);
    await expectAgreement({}, 0);
  });

  it('is listed in pages, most recently deleted first', async () => {
    client = await server.user();
    const files: FileBody[] = [];
    for (let number = 0; number < 7; number++) files.push(await upload('x', `${number}.txt`));
    // Not the order in which they were made.
    const deleted = [3, 0, 6, 2, 5, 1, 4].map((number) => files[number]!);
    for (const file of deleted) await trash(file);
    const pages = await client.pages<TrashedBody>('/api/trash?limit=3');
    expect(pages.map(({ length }) => length)).toEqual([3, 3, 1]);
    expect(pages.flat().map(({ id }) => id)).toEqual(deleted.map(({ id }) => id).reverse());
    for (const query of ['limit=0', 'limit=x', 'cursor=xxx', 'cursor=MjAyNg', 'name=a', 'limit=1&limit=2']) {
      expect([query, (await client.json('GET', `/api/trash?${query}`)).status]).toEqual([query, 400]);
    }
    await client.json('DELETE', '/api/trash');
  });

  it('does not lose a file between two pages of files that were deleted at the same time', async () => {
    client = await server.user();
    const files = await Promise.all(Array.from({ length: 5 }, (_, n) => upload('x', `${n}.txt`)));
    for (const file of files) await trash(file);
    const trashedAt = new Date().toISOString();
    await server.app
      .get(Transactions)
      .run((tx) => tx.update(StoredFile, { ownerId: client.userId }, { trashedAt }));
    const pages = await client.pages<TrashedBody>('/api/trash?limit=2');
    expect(pages.flat().map(({ id }) => id)).toEqual(
      files
        .map(({ id }) => id)
        .sort()
        .reverse(),
    );
    await client.json('DELETE', '/api/trash');
  });

  it('counts in the quota, so that a restore always has room', async () => {
    client = await server.user();
    const file = await trash(await upload('x'.repeat(600)));
    expect(await client.upload('x'.repeat(500))).toMatchObject({
      status: 413,
      body: { code: 'quota_exceeded' },
    });
    await upload('x'.repeat(400));
    expect((await client.json('POST', `/api/trash/${file.id}/restore`)).status).toBe(200);
    await expectAgreement({ files: 1000 }, 2);
    for (const { id } of (await client.json<FileBody[]>('GET', '/api/files')).body) {
      expect((await client.json('DELETE', `/api/files/${id}?permanently=true`)).status).toBe(204);
    }
    await expectAgreement({}, 0);
  });

  it('keeps earlier contents, and removes their bytes with the file', async () => {
    client = await server.user();
    const file = await upload('current');
    await addVersion(file.id, 'earlier one');
    await expectAgreement({ files: 7, versions: 11 }, 2);
    await trash(file);
    await expectAgreement({ trash: 18 }, 2);
    await client.json('POST', `/api/trash/${file.id}/restore`);
    await expectAgreement({ files: 7, versions: 11 }, 2);
    const database = server.app.get<DataSource>(getDataSourceToken());
    expect(await database.getRepository(FileVersion).countBy({ fileId: file.id })).toBe(1);
    await trash(file);
    expect((await client.json('DELETE', `/api/trash/${file.id}`)).status).toBe(204);
    expect(await database.getRepository(FileVersion).countBy({ fileId: file.id })).toBe(0);
    await expectAgreement({}, 0);
  });

  it('is emptied for its owner only, and goes with the account', async () => {
    const owner = (client = await server.user());
    const kept = await upload('kept');
    await trash(await upload('one'));
    const stranger = (client = await server.user());
    await trash(await upload('another’s'));
    expect((await owner.json('DELETE', '/api/trash')).status).toBe(204);
    expect((await owner.json('DELETE', '/api/trash')).status).toBe(204);
    expect(await listed()).toHaveLength(1);
    await stranger.json('DELETE', '/api/users/me', { password: stranger.password });
    client = owner;
    expect(await listed()).toEqual([]);
    expect((await client.download(kept.id)).body.toString()).toBe('kept');
    await expectAgreement({ files: 4 }, 1);
    await client.json('DELETE', `/api/files/${kept.id}?permanently=true`);
  });

  it.each(['1', 'yes', 'TRUE', ''])('refuses ?permanently=%s instead of guessing', async (text) => {
    client = await server.user();
    const file = await upload();
    const answer = await client.json('DELETE', `/api/files/${file.id}?permanently=${text}`);
    expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed']);
    expect((await client.download(file.id)).status).toBe(200);
    await trash(file);
    expect(await listed()).toHaveLength(1);
  });

  it('takes ?permanently=false for what it says', async () => {
    client = await server.user();
    const { id } = await upload();
    expect((await client.json('DELETE', `/api/files/${id}?permanently=false`)).status).toBe(204);
    expect((await listed()).map((file) => file.id)).toEqual([id]);
  });

  it('is not emptied by the deletion of a file without an id', async () => {
    client = await server.user();
    const file = await trash(await upload());
    for (const path of ['/api/trash/', '/api/trash//', '/api/trash/?permanently=true']) {
      const { status, body } = await client.json('DELETE', path);
      expect([path, status, body.code]).toEqual([path, 404, 'route_not_found']);
    }
    expect((await listed()).map(({ id }) => id)).toEqual([file.id]);
    expect((await client.json('GET', '/api/trash/')).status).toBe(200);
    expect((await client.json('DELETE', '/api/trash')).status).toBe(204);
    expect(await listed()).toEqual([]);
  });

  it('opens to API keys with the scopes of files', async () => {
    client = await server.user();
    const file = await trash(await upload());
    const as = async (scope: string) => {
      const { body } = await client.json<{ key: string }>('POST', '/api/auth/keys', {
        name: scope,
        scopes: [scope],
      });
      return Object.assign(server.client(), { token: body.key });
    };
    const [reading, writing] = [await as('files:read'), await as('files:write')];
    expect((await reading.json<TrashedBody[]>('GET', '/api/trash')).body).toHaveLength(1);
    expect((await reading.json('POST', `/api/trash/${file.id}/restore`)).status).toBe(403);
    expect((await reading.json('DELETE', '/api/trash')).status).toBe(403);
    expect((await writing.json('GET', '/api/trash')).status).toBe(403);
    expect((await writing.json('POST', `/api/trash/${file.id}/restore`)).status).toBe(200);
  });

  /** Adds an earlier content to a file, as a replacement would leave it. */
  async function addVersion(fileId: string, bytes: string): Promise<void> {
    const blobKey = newId();
    await server.app.get(ObjectStorage).write(blobKey, Readable.from([bytes]));
    await server.app.get(Transactions).run(async (tx) => {
      const file = await tx.findOneByOrFail(StoredFile, { id: fileId });
      const { name, mimeType, sha256, createdAt, ownerId } = file;
      const size = bytes.length;
      await tx.insert(FileVersion, {
        fileId,
        version: 1,
        name,
        mimeType,
        size,
        sha256,
        blobKey,
        createdAt,
      });
      await tx.update(StoredFile, { id: fileId }, { version: 2, keptBytes: size });
      await server.app.get(Quota).charge(tx, ownerId, { ...NO_USAGE, versions: size });
    });
  }
});

describe('Without a trash (TRASH_DAYS=0)', () => {
  it('deletes for good at once', async () => {
    const server = await startApp({ TRASH_DAYS: '0' });
    try {
      const client = await server.user();
      const { id } = (await client.upload('gone')).body;
      expect((await client.json('DELETE', `/api/files/${id}`)).status).toBe(204);
      expect((await client.json('GET', '/api/trash')).body).toEqual([]);
      expect(await server.stored()).toEqual([]);
      const [entry] = await client.trail('&action=FILE_DELETE');
      expect(entry!.metadata).toEqual({ filename: 'file.bin', permanently: true });
      const { counted, kept } = await usageOf(server, client.userId);
      expect([counted, kept]).toEqual([NO_USAGE, NO_USAGE]);
    } finally {
      await server.close();
    }
  });
});
