import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { loadConfig } from '../../src/config/load-config.js';
import { dataSourceOptions } from '../../src/database/data-source-options.js';
import { isUniqueViolation, translateDatabaseError } from '../../src/database/driver-errors.js';
import { migrate } from '../../src/database/migrate.js';
import { sqliteDriver } from '../../src/database/sqlite-driver.js';
import type { RowTarget } from '../../src/database/deferred-rows.js';
import { Transactions } from '../../src/database/transactions.js';
import { PendingBlob } from '../../src/files/pending-blob.entity.js';

const Database = sqliteDriver();

const BLOBS: RowTarget = { table: 'pending_blobs', columns: ['blob_key', 'lease_until'] };

describe('transactions on the embedded database', () => {
  let storage: string;
  let writing: DataSource;
  let reading: DataSource;
  let transactions: Transactions;
  beforeEach(async () => {
    storage = await mkdtemp(join(tmpdir(), 'tx-'));
    const config = loadConfig({ STORAGE_PATH: storage, NODE_ENV: 'test' });
    writing = await new DataSource(dataSourceOptions(config, 'write')).initialize();
    await migrate(writing);
    reading = await new DataSource(dataSourceOptions(config, 'read')).initialize();
    transactions = new Transactions(writing);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await writing.destroy();
    await reading.destroy();
    await rm(storage, { recursive: true, force: true });
  });

  const row = (blobKey: string) => ({ blobKey, leaseUntil: '2026-01-01T00:00:00.000Z' });
  const deferredRow = (blobKey: string) => Object.values(row(blobKey));
  const keys = async () =>
    (await reading.getRepository(PendingBlob).find()).map(({ blobKey }) => blobKey).sort();

  it('shows the fault that it is there for: with TypeORM alone, B’s insert vanishes when A rolls back', async () => {
    const a = writing.createQueryRunner();
    await a.startTransaction();
    await a.manager.insert(PendingBlob, row('a'));
    await writing.manager.insert(PendingBlob, row('b'));
    await a.rollbackTransaction();
    expect(await keys()).toEqual([]);
  });

  it('does not let a neighbour’s rollback take an acknowledged insert', async () => {
    const a = transactions.run(async (tx) => {
      await tx.insert(PendingBlob, row('a'));
      await delay(50);
      throw new Error('a fails');
    });
    const b = transactions.run(async (tx) => void (await tx.insert(PendingBlob, row('b'))));
    await expect(a).rejects.toThrow('a fails');
    await b;
    expect(await keys()).toEqual(['b']);
  });

  it('hides what is not committed from readers', async () => {
    await transactions.run(async (tx) => {
      await tx.insert(PendingBlob, row('a'));
      expect(await keys()).toEqual([]);
    });
    expect(await keys()).toEqual(['a']);
  });

  it('runs effects only after the commit', async () => {
    const effects: string[] = [];
    const ended = await transactions.run(async (tx) => {
      transactions.afterCommit(tx, () => void effects.push('committed'));
      await Promise.resolve();
      expect(effects).toEqual([]);
      return tx;
    });
    expect(effects).toEqual(['committed']);
    const failing = transactions.run(async (tx) => {
      transactions.afterCommit(tx, () => void effects.push('never'));
      await Promise.reject(new Error('no'));
    });
    await expect(failing).rejects.toThrow('no');
    expect(effects).toEqual(['committed']);
    expect(() => transactions.afterCommit(ended, () => undefined)).toThrow();
  });

  const insert = (blobKey: string, alone = false) =>
    transactions.run(async (tx) => void (await tx.insert(PendingBlob, row(blobKey))), { alone });
  const statuses = async (works: readonly Promise<unknown>[]) =>
    (await Promise.allSettled(works)).map(({ status }) => status);
  /** What the writing connection is asked to do from now on. */
  const watched = () => {
    const statements: string[] = [];
    const query = writing.query.bind(writing);
    jest.spyOn(writing, 'query').mockImplementation((sql: string, ...rest) => {
      statements.push(sql);
      return query(sql, ...rest);
    });
    return statements;
  };

  it('commits what waits together with one commit', async () => {
    const statements = watched();
    await Promise.all([insert('a'), insert('b'), insert('c')]);
    expect(statements.filter((sql) => /^(BEGIN|COMMIT)/.test(sql))).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
    expect(await keys()).toEqual(['a', 'b', 'c']);
  });

  it('takes along what comes within two turns of the event loop', async () => {
    const statements = watched();
    const first = insert('first');
    await nextTurn();
    await nextTurn();
    await Promise.all([first, insert('second')]);
    expect(statements.filter((sql) => sql === 'COMMIT')).toHaveLength(1);
  });

  it('undoes only what a piece of a group has written that fails, and tells nobody before the commit', async () => {
    const settled: string[] = [];
    const fails = (blobKey: string) =>
      transactions.run(async (tx) => {
        await tx.insert(PendingBlob, row(blobKey));
        throw new Error(`${blobKey} fails`);
      });
    const note = (work: Promise<unknown>, name: string) => work.finally(() => settled.push(name));
    const query = writing.query.bind(writing);
    jest.spyOn(writing, 'query').mockImplementation((sql: string) => {
      if (sql === 'COMMIT') settled.push('commit');
      return query(sql);
    });
    const works = [
      note(insert('a'), 'a'),
      note(fails('b'), 'b'),
      note(insert('a'), 'a again'),
      note(insert('c'), 'c'),
    ];
    expect(await statuses(works)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(settled).toEqual(['commit', 'a', 'b', 'a again', 'c']);
    await expect(works[1]).rejects.toThrow('b fails');
    expect(isUniqueViolation(await works[2]!.catch((error: unknown) => error))).toBe(true);
    expect(await keys()).toEqual(['a', 'c']);
  });

  it('refuses the whole group when its commit fails, and goes on', async () => {
    const query = writing.query.bind(writing);
    jest
      .spyOn(writing, 'query')
      .mockImplementationOnce(query)
      .mockImplementation((sql: string) => {
        if (sql === 'COMMIT') return Promise.reject(new Error('the disk is gone'));
        return query(sql);
      });
    const works = [insert('a'), insert('b')];
    expect(await statuses(works)).toEqual(['rejected', 'rejected']);
    await expect(works[1]).rejects.toThrow('the disk is gone');
    jest.restoreAllMocks();
    await insert('c');
    expect(await keys()).toEqual(['c']);
  });

  it('refuses the whole group when SQLite rolls all of it back, as it does when the disk is full', async () => {
    const full = () =>
      transactions.run(async (tx) => {
        await tx.insert(PendingBlob, row('full'));
        await tx.query('ROLLBACK');
        throw new Error('database or disk is full');
      });
    const works = [insert('before'), full(), insert('afterwards')];
    expect(await statuses(works)).toEqual(['rejected', 'rejected', 'fulfilled']);
    await expect(works[0]).rejects.toThrow('full');
    expect(await keys()).toEqual(['afterwards']);
  });

  it('gives what is to be alone a transaction of its own', async () => {
    const statements = watched();
    await Promise.all([insert('a'), insert('much', true), insert('b')]);
    expect(statements.filter((sql) => sql === 'COMMIT')).toHaveLength(3);
    expect(statements.some((sql) => sql.startsWith('SAVEPOINT'))).toBe(false);
  });

  const insertDeferred = (blobKey: string, after: () => Promise<unknown>) =>
    transactions.run(async (tx) => {
      transactions.insertDeferred(tx, BLOBS, deferredRow(blobKey));
      await after();
    });
  const inserts = (statements: readonly string[]) => statements.filter((sql) => sql.startsWith('INSERT'));

  it('inserts with one statement what a group has left for its end, but nothing of what was undone', async () => {
    const statements = watched();
    const works = [
      insertDeferred('a', keys),
      insertDeferred('undone', () => Promise.reject(new Error('no'))),
      insertDeferred('b', keys),
      transactions.insert(
        BLOBS,
        () => nextTurn(),
        () => [deferredRow('c'), deferredRow('d')],
      ),
    ];
    expect(await statuses(works)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(inserts(statements)).toHaveLength(1);
    expect(statements.at(-1)).toBe('COMMIT');
    expect(await keys()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('takes what is to be inserted when the group ends, so that what came meanwhile is part of it', async () => {
    const arrived = ['a'];
    const inserted = transactions.insert(
      BLOBS,
      () => nextTurn(),
      () => arrived.map(deferredRow),
    );
    await insertDeferred('z', () => {
      arrived.push('b');
      return nextTurn();
    });
    await inserted;
    expect(await keys()).toEqual(['a', 'b', 'z']);
  });

  it('undoes the whole group when its late rows cannot be inserted', async () => {
    const works = [insert('a'), insertDeferred('b', keys), insertDeferred('b', keys)];
    expect(await statuses(works)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(await keys()).toEqual([]);
    await insertDeferred('b', keys);
    expect(await keys()).toEqual(['b']);
  });

  it('loses and doubles nothing with 200 parallel writers', async () => {
    await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        i % 3 === 0
          ? transactions.insert(
              BLOBS,
              () => nextTurn(),
              () => [deferredRow(`k${i}`)],
            )
          : transactions.run(async (tx) => void (await tx.insert(PendingBlob, row(`k${i}`)))),
      ),
    );
    expect(await keys()).toHaveLength(200);
  });

  it('tells a unique violation', async () => {
    await transactions.run(async (tx) => void (await tx.insert(PendingBlob, row('a'))));
    const again = transactions.run(async (tx) => void (await tx.insert(PendingBlob, row('a'))));
    expect(isUniqueViolation(await again.catch((error: unknown) => error))).toBe(true);
  });

  it('lets readers write nothing', async () => {
    await expect(reading.getRepository(PendingBlob).insert(row('a'))).rejects.toThrow(/readonly/);
  });

  it('security.md: database: a lock held elsewhere is waited for without blocking the process, then refused with 503', async () => {
    const other = new Database(join(storage, 'database', 'app.sqlite'));
    other.exec('BEGIN IMMEDIATE');
    const short = transactions.run(async (tx) => void (await tx.insert(PendingBlob, row('patient'))));
    let longestPause = 0;
    let last = performance.now();
    const watch = setInterval(() => {
      longestPause = Math.max(longestPause, performance.now() - last);
      last = performance.now();
    }, 5);
    await delay(1000);
    other.exec('COMMIT');
    await short;
    expect(longestPause).toBeLessThan(500);

    other.exec('BEGIN IMMEDIATE');
    const since = performance.now();
    const refused = [insert('impatient'), insert('as well')];
    const unavailable = { code: 'database_unavailable', status: 503 };
    await Promise.all(refused.map((work) => expect(work).rejects.toMatchObject(unavailable)));
    expect(performance.now() - since).toBeLessThan(8000);
    expect(await keys()).toEqual(['patient']);
    other.exec('COMMIT');
    other.close();
    clearInterval(watch);
    await transactions.run(async (tx) => void (await tx.insert(PendingBlob, row('recovered'))));
    expect(await keys()).toEqual(['patient', 'recovered']);
  });

  it('sets the pragmas on both connections', async () => {
    for (const source of [writing, reading]) {
      const value = async (name: string) =>
        Object.values((await source.query<object[]>(`PRAGMA ${name}`))[0]!)[0] as unknown;
      expect(await value('journal_mode')).toBe('wal');
      expect(await value('synchronous')).toBe(2);
      expect(await value('foreign_keys')).toBe(1);
      expect(await value('busy_timeout')).toBe(source === reading ? 50 : 0);
    }
  });

  it('keeps every row when a later migration makes its table anew', async () => {
    const config = loadConfig({ STORAGE_PATH: join(storage, 'upgrade'), NODE_ENV: 'test' });
    const options = dataSourceOptions(config, 'write');
    const [first] = options.migrations as unknown as [never];
    const old = await new DataSource({ ...options, migrations: [first] }).initialize();
    await migrate(old);
    await old.query(
      "INSERT INTO users (id, email, email_folded, password_hash, roles, created_at, updated_at) VALUES ('u', 'e', 'e', 'h', 'user', 'c', 'c')",
    );
    await old.query("INSERT INTO sessions (id, user_id, created_at, expires_at) VALUES ('s', 'u', 'c', 'x')");
    await old.query(
      "INSERT INTO audit_intake (id, action, outcome, actor_type, occurred_at, recorded_at, metadata) VALUES ('i', 'A', 'success', 'user', 'c', 'c', '{}')",
    );
    await old.destroy();
    const current = await new DataSource(options).initialize();
    await migrate(current);
    expect(await current.query('SELECT id, disabled_at FROM users')).toEqual([
      { id: 'u', disabled_at: null },
    ]);
    expect(await current.query('SELECT id, ip FROM sessions')).toEqual([{ id: 's', ip: null }]);
    expect(await current.query('SELECT id, action FROM audit_intake')).toEqual([{ id: 'i', action: 'A' }]);
    await expect(current.query("DELETE FROM users WHERE id = 'u'")).resolves.toBeDefined();
    expect(await current.query('SELECT id FROM sessions')).toEqual([]);
    await current.destroy();
  });

  it('migrates once when processes start together, and back', async () => {
    const config = loadConfig({ STORAGE_PATH: join(storage, 'second'), NODE_ENV: 'test' });
    const sources = [1, 2, 3].map(() => new DataSource(dataSourceOptions(config, 'write')));
    for (const source of sources) await source.initialize();
    await Promise.all(sources.map((source) => migrate(source)));
    const applied = () => sources[0]!.query<object[]>('SELECT name FROM migrations');
    expect(await applied()).toHaveLength(sources[0]!.migrations.length);
    while ((await applied()).length > 0) await sources[0]!.undoLastMigration();
    const tables: { name: string }[] = await sources[0]!.query(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    );
    expect(tables.map(({ name }) => name)).toEqual(['migrations']);
    for (const source of sources) await source.destroy();
  });

  it('translates what a client may know of a database error, and nothing else', () => {
    const withCode = (code: string) => Object.assign(new Error('x'), { code });
    expect(translateDatabaseError(withCode('SQLITE_FULL'))?.code).toBe('storage_full');
    for (const code of [
      'SQLITE_BUSY',
      'SQLITE_IOERR_WRITE',
      'ECONNREFUSED',
      '08006',
      '57P01',
      '53300',
      '40001',
    ]) {
      expect(translateDatabaseError(withCode(code))?.code).toBe('database_unavailable');
    }
    expect(translateDatabaseError(new Error('Connection terminated unexpectedly'))?.status).toBe(503);
    expect(translateDatabaseError(withCode('42601'))).toBeNull();
    expect(translateDatabaseError('no error at all')).toBeNull();
  });
});
