import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigError } from '../../src/config/config-error.js';
import { loadConfig } from '../../src/config/load-config.js';
import { newSymmetricKey } from '../../src/config/secret-sources.js';
import { databaseKey } from '../../src/database/database-key.js';
import { sqliteDriver } from '../../src/database/sqlite-driver.js';
import { openEmbeddedDatabase } from '../support/embedded-database.js';
import { decryptSqlcipherFile } from '../support/sqlcipher-file.js';

const CANARY = 'a-canary-that-nobody-may-read';

describe('an encrypted embedded database', () => {
  const [key, other] = [newSymmetricKey(), newSymmetricKey()];
  let storage: string;
  beforeEach(async () => {
    storage = await mkdtemp(join(tmpdir(), 'encrypted-'));
  });
  afterEach(() => rm(storage, { recursive: true, force: true }));

  const open = (keys = key) => openEmbeddedDatabase({ STORAGE_PATH: storage, ENCRYPTION_KEY: keys });
  const file = (...names: string[]) => join(storage, ...names);
  /** Makes a database with one row, and closes it. */
  const made = async (keys = key) => {
    const database = await open(keys);
    await database.insert(CANARY);
    // As the service stops: otherwise the row would still be in the log only.
    await database.transactions.emptyWriteAheadLog();
    await database.close();
  };
  const contents = async () => {
    const names = (await readdir(storage, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    const files = names.map(({ parentPath, name }) => join(parentPath, name)).sort();
    return Promise.all(files.map(async (name) => [name, await readFile(name)] as const));
  };
  /** Digests of all files. The index of the write-ahead log (`-shm`) is memory shared by processes, and holds no data. */
  const digests = async () =>
    (await contents())
      .filter(([name]) => !name.endsWith('-shm'))
      .map(([name, bytes]) => `${name} ${createHash('sha256').update(bytes).digest('hex')}`);
  const refused = async (keys: string) => {
    const before = await digests();
    const fault = await open(keys).then(
      () => 'opened',
      (error: ConfigError) => error.faults,
    );
    expect(await digests()).toEqual(before);
    return fault;
  };

  it('holds nothing plain in any file, neither while it is used nor afterwards', async () => {
    const database = await open();
    for (let n = 0; n < 200; n++) await database.insert(`${CANARY}-${n}`);
    const used = await contents();
    await database.close();
    expect(used.map(([name]) => name)).toContain(file('database', 'app.sqlite-wal'));
    for (const [name, bytes] of [...used, ...(await contents())]) {
      for (const plain of [CANARY, 'SQLite format 3', 'CREATE TABLE', 'pending_blobs'])
        expect([name, bytes.includes(plain)]).toEqual([name, false]);
    }
  });

  it('is written in the format of SQLCipher 4, with the raw key', async () => {
    await made();
    const config = loadConfig({ NODE_ENV: 'test', STORAGE_PATH: storage, ENCRYPTION_KEY: key });
    const plain = decryptSqlcipherFile(await readFile(file('database', 'app.sqlite')), databaseKey(config)!);
    await writeFile(file('decrypted.sqlite'), plain);
    const connection = new (sqliteDriver())(file('decrypted.sqlite'));
    expect(connection.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(plain.includes(CANARY)).toBe(true);
    connection.close();
  });

  it('finds a changed byte in a page', async () => {
    await made();
    const bytes = await readFile(file('database', 'app.sqlite'));
    bytes[100]! ^= 1;
    await writeFile(file('database', 'app.sqlite'), bytes);
    expect(await refused(key)).toEqual([expect.stringContaining('or the database is damaged')]);
  });

  it('opens again with any of several keys', async () => {
    await made();
    for (const keys of [key, `${other},${key}`, `${key},${other}`]) {
      const database = await open(keys);
      expect(await database.keys()).toEqual([CANARY]);
      await database.close();
    }
  });

  it('refuses a wrong key and a missing one, and writes nothing', async () => {
    await made();
    expect(await refused(other)).toEqual([
      expect.stringMatching(/^ENCRYPTION_KEY lacks the key [0-9a-f]{8},/),
    ]);
    expect(await refused('')).toEqual(['ENCRYPTION_KEY is missing, and this installation is encrypted']);
  });

  it('refuses a key for a plain database, and writes nothing', async () => {
    await made('');
    expect(await refused(key)).toEqual([expect.stringContaining('npm run cli -- encrypt')]);
    expect(existsSync(file('keys', 'database-key'))).toBe(false);
  });

  it('refuses a database whose key file is missing, damaged or of another database, and writes nothing', async () => {
    await made();
    const path = file('keys', 'database-key');
    const sealed = await readFile(path, 'utf8');
    await rm(path);
    for (const keys of [key, ''])
      expect(await refused(keys)).toEqual([expect.stringContaining(`${path} is missing`)]);
    await writeFile(
      path,
      sealed.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A')),
    );
    expect(await refused(key)).toEqual([expect.stringContaining('is damaged')]);
    await writeFile(path, await foreignKey());
    expect(await refused(key)).toEqual([expect.stringContaining('do not belong together')]);
  });

  /** The sealed key of another database under the same master key. */
  const foreignKey = async () => {
    const database = await openEmbeddedDatabase({ ENCRYPTION_KEY: key });
    const sealed = await readFile(join(database.storage, 'keys', 'database-key'));
    await database.close();
    await rm(database.storage, { recursive: true, force: true });
    return sealed;
  };
});
