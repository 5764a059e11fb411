import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import bcrypt from 'bcrypt';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { newId } from '../../src/common/ids.js';
import { loadConfig } from '../../src/config/load-config.js';
import { dataSourceOptions } from '../../src/database/data-source-options.js';
import { migrate } from '../../src/database/migrate.js';
import { ContentsAndUsage1764800000000 } from '../../src/database/migrations/1764800000000-contents-and-usage.js';
import { ObjectStorage } from '../../src/files/storage/object-storage.js';
import type { FileBody, VersionBody } from '../support/client.js';
import { createDatabase } from '../support/database.js';
import { startApp } from '../support/test-app.js';
import { usageIn, usageOf } from '../support/usage.js';

const CREATED = '2026-11-20T10:00:00.000Z';
const PASSWORD = 'a long enough passphrase';
const OWNER = newId();
const PLAIN = newId();

/** A file as it was before files had versions: its columns are those of that build. */
const oldFile = (ownerId: string, text: string, name: string) => ({
  id: newId(),
  ownerId,
  name,
  nameFolded: name.toLowerCase(),
  mimeType: 'text/plain',
  size: text.length,
  sha256: createHash('sha256').update(text).digest('hex'),
  blobKey: newId(),
  createdAt: CREATED,
});
const FILES = [oldFile(OWNER, 'first text', 'A.txt'), oldFile(OWNER, 'second', 'b.txt')] as const;
const FOREIGN = oldFile(PLAIN, 'of another', 'c.txt');

describe('A database of the build before versions, trash and quota', () => {
  let storage: string;
  let database: { url: string; drop: () => Promise<void> } | null;
  let options: DataSourceOptions;
  let old: DataSource;
  beforeEach(async () => {
    storage = await mkdtemp(join(tmpdir(), 'older-'));
    database = await createDatabase();
    const config = loadConfig({ STORAGE_PATH: storage, NODE_ENV: 'test', DATABASE_URL: database?.url });
    options = dataSourceOptions(config, 'write');
    const steps = options.migrations as unknown as (typeof ContentsAndUsage1764800000000)[];
    const migrations = steps.slice(0, steps.indexOf(ContentsAndUsage1764800000000));
    old = await new DataSource({ ...options, migrations }).initialize();
    await migrate(old);
    await insertAsBefore();
  });
  afterEach(async () => {
    if (old.isInitialized) await old.destroy();
    await database?.drop();
    await rm(storage, { recursive: true, force: true });
  });

  /** The values as they are in the database; no parameter, because the two drivers write them in another way. */
  const insert = (table: string, row: Record<string, string | number>) =>
    old.query(
      `INSERT INTO ${table} (${Object.keys(row).join(', ')})
       VALUES (${Object.values(row)
         .map((value) => (typeof value === 'number' ? value : `'${value}'`))
         .join(', ')})`,
    );

  async function insertAsBefore(): Promise<void> {
    const password_hash = await bcrypt.hash(PASSWORD, 10);
    for (const id of [OWNER, PLAIN, newId()]) {
      const email = `${id}@example.org`;
      const at = { created_at: CREATED, updated_at: CREATED };
      await insert('users', { id, email, email_folded: email, password_hash, roles: 'user', ...at });
    }
    for (const file of [...FILES, FOREIGN]) {
      await insert('files', {
        id: file.id,
        owner_id: file.ownerId,
        name: file.name,
        name_folded: file.nameFolded,
        mime_type: file.mimeType,
        size: file.size,
        sha256: file.sha256,
        blob_key: file.blobKey,
        created_at: file.createdAt,
      });
    }
    await insert('pending_blobs', { blob_key: newId(), lease_until: CREATED });
    await insert('idempotency_keys', {
      owner_id: OWNER,
      idempotency_key: 'retry',
      fingerprint: createHash('sha256')
        .update(`${FILES[0].sha256}\n${FILES[0].name}\n${FILES[0].mimeType}`)
        .digest('hex'),
      file: JSON.stringify(FILES[0]),
      created_at: new Date().toISOString(),
    });
  }

  async function bringUpToDate(): Promise<DataSource> {
    if (old.isInitialized) await old.destroy();
    const current = await new DataSource(options).initialize();
    await migrate(current);
    return current;
  }

  it('gives every file its version 1 and every owner an exact usage, also after undoing and repeating', async () => {
    const current = await bringUpToDate();
    for (let round = 1; round <= 2; round++) {
      const files = await current.query<object[]>(
        'SELECT id, version, updated_at, kept_bytes, trashed_at FROM files ORDER BY name',
      );
      expect(files.map((file) => ({ ...file, kept_bytes: 0 }))).toEqual(
        [...FILES, FOREIGN].map(({ id }) => ({
          id,
          version: 1,
          updated_at: CREATED,
          kept_bytes: 0,
          trashed_at: null,
        })),
      );
      expect(await current.query('SELECT * FROM file_versions')).toEqual([]);
      for (const [owner, bytes] of [
        [OWNER, 16],
        [PLAIN, 10],
      ] as const) {
        const { counted, kept } = await usageIn(current, owner);
        expect(counted).toEqual({ files: bytes, versions: 0, trash: 0, reserved: 0 });
        expect(kept).toEqual(counted);
      }
      const [remembered] = await current.query<[{ file: string }]>('SELECT file FROM idempotency_keys');
      expect(JSON.parse(remembered.file)).toEqual({
        ...FILES[0],
        version: 1,
        updatedAt: CREATED,
        keptBytes: 0,
        trashedAt: null,
      });
      if (round === 2) break;
      await undoTo(current);
      await migrate(current);
    }
    await current.destroy();
  });

  /** Undoes the migration of this feature, and all after it. */
  async function undoTo(current: DataSource): Promise<void> {
    const names = async () =>
      (await current.query<{ name: string }[]>('SELECT name FROM migrations')).map(({ name }) => name);
    while ((await names()).includes(ContentsAndUsage1764800000000.name)) await current.undoLastMigration();
    const rows = await current.query<object[]>('SELECT * FROM files');
    expect(Object.keys(rows[0]!).sort()).toEqual(
      [
        'id',
        'owner_id',
        'name',
        'name_folded',
        'mime_type',
        'size',
        'sha256',
        'blob_key',
        'created_at',
      ].sort(),
    );
    expect(rows).toHaveLength(3);
    const pending = await current.query<object[]>('SELECT * FROM pending_blobs');
    expect(pending).toEqual([{ blob_key: expect.any(String), lease_until: CREATED }]);
  }

  it('serves its files, replaces them, and answers a retry of an upload of that time', async () => {
    await (await bringUpToDate()).destroy();
    const server = await startApp({
      STORAGE_PATH: storage,
      ...(database === null ? {} : { DATABASE_URL: database.url }),
      QUOTA_BYTES_PER_USER: '16',
    });
    await server.app.get(ObjectStorage).write(FILES[0].blobKey, Readable.from(['first text']));
    const client = server.client();
    client.token = (await client.signIn(`${OWNER}@example.org`, PASSWORD)).body.token;
    const { id } = FILES[0];
    const { body: listed } = await client.json<FileBody[]>('GET', '/api/files');
    expect(listed.map(({ id: one, version }) => [one, version])).toEqual([
      [FILES[1].id, 1],
      [FILES[0].id, 1],
    ]);
    expect((await client.download(id)).body.toString()).toBe('first text');
    const retry = await client.upload('first text', {
      name: 'A.txt',
      type: 'text/plain',
      headers: { 'idempotency-key': 'retry' },
    });
    expect([retry.status, retry.body.id, retry.body.version, retry.body.updated]).toEqual([
      201,
      id,
      1,
      CREATED,
    ]);
    expect((await client.upload('x')).body.code).toBe('quota_exceeded');
    await client.json('DELETE', `/api/files/${FILES[1].id}?permanently=true`);
    expect((await client.replace(id, 'newer')).body.version).toBe(2);
    const { body: versions } = await client.json<VersionBody[]>('GET', `/api/files/${id}/versions`);
    expect(versions.map(({ version, created }) => [version, version === 1 ? created : null])).toEqual([
      [2, null],
      [1, CREATED],
    ]);
    expect((await client.downloadVersion(id, 1)).body.toString()).toBe('first text');
    const { counted, kept } = await usageOf(server, OWNER);
    expect(counted).toEqual({ files: 5, versions: 10, trash: 0, reserved: 0 });
    expect(kept).toEqual(counted);
    await server.close();
  });
});
