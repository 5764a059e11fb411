import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { isUniqueViolation } from '../../src/database/driver-errors.js';
import { sqliteDriver } from '../../src/database/sqlite-driver.js';
import { PendingBlob } from '../../src/files/contents/pending-blob.entity.js';
import { blob, type EmbeddedDatabase, openEmbeddedDatabase } from '../support/embedded-database.js';

const Database = sqliteDriver();

describe('transactions on the embedded database', () => {
  let database: EmbeddedDatabase;
  beforeEach(async () => void (database = await openEmbeddedDatabase()));
  afterEach(() => database.close());

  it('are needed: with TypeORM alone, B’s insert is lost when A rolls back', async () => {
    const { writing } = database;
    const a = writing.createQueryRunner();
    await a.startTransaction();
    await a.manager.insert(PendingBlob, blob('a'));
    await writing.manager.insert(PendingBlob, blob('b'));
    await a.rollbackTransaction();
    expect(await database.keys()).toEqual([]);
  });

  it('keep an acknowledged insert when another transaction rolls back', async () => {
    const a = database.transactions.run(async (tx) => {
      await database.insert('a', { tx });
      await delay(50);
      throw new Error('a fails');
    });
    const b = database.insert('b');
    await expect(a).rejects.toThrow('a fails');
    await b;
    expect(await database.keys()).toEqual(['b']);
  });

  it('hide uncommitted changes from readers', async () => {
    await database.transactions.run(async (tx) => {
      await database.insert('a', { tx });
      expect(await database.keys()).toEqual([]);
    });
    expect(await database.keys()).toEqual(['a']);
  });

  it('run effects only after the commit', async () => {
    const { transactions } = database;
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

  it('report a unique violation', async () => {
    await database.insert('a');
    const again = await database.insert('a').catch((error: unknown) => error);
    expect(isUniqueViolation(again)).toBe(true);
  });

  it('are the only way to write: the reading connection refuses it', async () => {
    const insert = database.reading.getRepository(PendingBlob).insert(blob('a'));
    await expect(insert).rejects.toThrow(/readonly/);
  });

  it('have connections that survive a power loss and wait without blocking', async () => {
    const { writing, reading } = database;
    for (const source of [writing, reading]) {
      const value = async (name: string) =>
        Object.values((await source.query<object[]>(`PRAGMA ${name}`))[0]!)[0] as unknown;
      expect(await value('journal_mode')).toBe('wal');
      expect(await value('synchronous')).toBe(2);
      expect(await value('foreign_keys')).toBe(1);
      expect(await value('busy_timeout')).toBe(source === reading ? 50 : 0);
    }
  });

  it('security.md: database: waiting for a lock of another process does not block, and ends with 503', async () => {
    const other = new Database(database.file);
    other.exec('BEGIN IMMEDIATE');
    const short = database.insert('patient');
    let turns = 0;
    const watch = setInterval(() => turns++, 5);
    await delay(1000);
    other.exec('COMMIT');
    await short;
    expect(turns).toBeGreaterThan(10);

    other.exec('BEGIN IMMEDIATE');
    const refused = [database.insert('impatient'), database.insert('as well')];
    const unavailable = { code: 'database_unavailable', status: 503 };
    await Promise.all(refused.map((work) => expect(work).rejects.toMatchObject(unavailable)));
    expect(await database.keys()).toEqual(['patient']);
    other.exec('COMMIT');
    other.close();
    clearInterval(watch);
    await database.insert('recovered');
    expect(await database.keys()).toEqual(['patient', 'recovered']);
  });
});
