import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import type { ConfigError } from '../../src/config/config-error.js';
import { loadConfig } from '../../src/config/load-config.js';
import { newSymmetricKey } from '../../src/config/secret-sources.js';
import { dataSourceOptions } from '../../src/database/data-source-options.js';
import { EncryptionState } from '../../src/database/encryption-state.js';
import { openForWriting } from '../../src/database/open-for-writing.js';
import { migrate } from '../../src/database/migrate.js';
import { loadUnlockedConfig } from '../../src/encryption/kms/unlocked-config.js';
import { MasterKeys } from '../../src/encryption/master-keys.js';
import { createDatabase } from '../support/database.js';

describe('the state of encryption', () => {
  let storage: string;
  let database: Awaited<ReturnType<typeof createDatabase>>;
  beforeEach(async () => {
    storage = await mkdtemp(join(tmpdir(), 'state-'));
    database = await createDatabase();
  });
  afterEach(async () => {
    await database?.drop();
    await rm(storage, { recursive: true, force: true });
  });

  const connected = async <T>(
    key: string | null,
    work: (state: EncryptionState, writing: DataSource) => Promise<T>,
  ) => {
    const config = loadConfig({
      NODE_ENV: 'test',
      STORAGE_PATH: storage,
      DATABASE_URL: database?.url,
      ENCRYPTION_KEY: key ?? '',
    });
    const writing = await new DataSource(dataSourceOptions(config, 'write')).initialize();
    try {
      return await work(
        new EncryptionState(writing, MasterKeys.of(config.encryption?.masterKeys ?? null)),
        writing,
      );
    } finally {
      await writing.destroy();
    }
  };
  /** What a start does. Returns its faults. */
  const started = async (key: string | null) => {
    try {
      await connected(key, async (state, writing) => {
        await state.require();
        await migrate(writing);
        await state.keep();
      });
      return [];
    } catch (error) {
      return (error as ConfigError).faults;
    }
  };
  const tables = (key: string) =>
    connected(key, (_, writing) => writing.createQueryRunner().hasTable('users'));
  const addUser = (key: string | null) =>
    connected(key, (_, writing) =>
      writing.query(
        "INSERT INTO users (id, email, email_folded, password_hash, roles, created_at, updated_at) VALUES ('u', 'e', 'e', 'h', 'user', 'c', 'c')",
      ),
    );
  const [key, other] = [newSymmetricKey(), newSymmetricKey()];

  it('accepts the same key again, also after others', async () => {
    expect(await started(key)).toEqual([]);
    await addUser(key);
    expect(await started(key)).toEqual([]);
    expect(await started(`${other}, ${key}`)).toEqual([]);
  });

  it('refuses another key, and none', async () => {
    await started(key);
    expect(await started(other)).toEqual([
      expect.stringMatching(/^ENCRYPTION_KEY lacks the key [0-9a-f]{8},/),
    ]);
    expect(await started(null)).toEqual(['ENCRYPTION_KEY is missing, and this installation is encrypted']);
  });

  it('lets nothing be written when the caller does not admit it', async () => {
    expect(await started(key)).toEqual([]);
    const both = loadConfig({
      NODE_ENV: 'test',
      STORAGE_PATH: storage,
      DATABASE_URL: database?.url,
      ENCRYPTION_KEY: `${other}, ${key}`,
    });
    const refusal = () => Promise.reject(new Error('not admitted'));
    const opening = openForWriting(both, MasterKeys.of(both.encryption!.masterKeys), undefined, refusal);
    await expect(opening).rejects.toThrow('not admitted');
    // Nothing says that something may be sealed under the other key.
    expect(await started(key)).toEqual([]);
  });

  it('lets a start make no secret that it refuses', async () => {
    await started(key);
    await Promise.all(['jwt-secret', 'audit-signing-key.pem'].map((name) => rm(join(storage, 'keys', name))));
    const before = await readdir(join(storage, 'keys'));
    const load = (ENCRYPTION_KEY: string) =>
      loadUnlockedConfig({
        NODE_ENV: 'test',
        STORAGE_PATH: storage,
        DATABASE_URL: database?.url,
        ENCRYPTION_KEY,
      });
    for (const wrong of ['', other])
      await expect(load(wrong)).rejects.toThrow(/ENCRYPTION_KEY (is missing|lacks)/);
    expect(await readdir(join(storage, 'keys'))).toEqual(before);
    await load(key);
    expect(await readdir(join(storage, 'keys'))).toEqual(
      expect.arrayContaining(['jwt-secret', 'audit-signing-key.pem']),
    );
  });

  it('refuses a damaged row', async () => {
    await started(key);
    await connected(key, (_, writing) => writing.query("UPDATE encryption_state SET value = 'v1.x'"));
    expect(await started(key)).toEqual([expect.stringContaining('is damaged')]);
  });

  it('refuses a key for an installation that holds plain data', async () => {
    expect(await started(null)).toEqual([]);
    await addUser(null);
    expect(await started(key)).toEqual([expect.stringContaining('npm run cli -- encrypt')]);
    expect(await started(null)).toEqual([]);
  });

  it.each([
    "INSERT INTO audit_private (seq, occurred_at, ip, salt, private_values) VALUES (0, 'c', '203.0.113.7', '', '{}')",
    `INSERT INTO audit_intake (position, id, action, outcome, actor_type, occurred_at, recorded_at, metadata, user_agent)
     VALUES (1, 'i', 'LOGIN_FAILED', 'failure', 'anonymous', 'c', 'c', '{}', 'curl')`,
    "INSERT INTO pending_blobs (blob_key, lease_until) VALUES ('b', 'c')",
  ])('refuses a key for one that holds plain data of nobody: %s', async (sql) => {
    expect(await started(null)).toEqual([]);
    await connected(null, (_, writing) => writing.query(sql));
    expect(await started(key)).toEqual([expect.stringContaining('npm run cli -- encrypt')]);
    expect(await started(null)).toEqual([]);
  });

  it('takes a key before there is any data on PostgreSQL; an embedded database would stay plain', async () => {
    expect(await started(null)).toEqual([]);
    expect(await started(key)).toHaveLength(database === null ? 1 : 0);
    expect(await started(null)).toHaveLength(database === null ? 0 : 1);
  });

  it('writes nothing before it has found the key right', async () => {
    await connected(key, (state) => state.require());
    expect(await tables(key)).toBe(false);
  });

  it('lets one of two keys win that come first together', async () => {
    const first = await Promise.all([key, other].map(started));
    expect(first.map(({ length }) => length).sort()).toEqual([0, 1]);
    const refused = await Promise.all([key, other].map(async (each) => (await started(each)).length));
    expect(refused.sort()).toEqual([0, 1]);
  });
});
