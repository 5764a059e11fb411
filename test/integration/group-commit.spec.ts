import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isUniqueViolation } from '../../src/database/driver-errors.js';
import { BLOBS, blobRow, type EmbeddedDatabase, openEmbeddedDatabase } from '../support/embedded-database.js';

describe('a group of transactions that share a commit', () => {
  let database: EmbeddedDatabase;
  beforeEach(async () => void (database = await openEmbeddedDatabase()));
  afterEach(() => database.close());

  const statuses = async (works: readonly Promise<unknown>[]) =>
    (await Promise.allSettled(works)).map(({ status }) => status);
  /** What readers see when the work has finished or failed. */
  const seenAfter = async (work: Promise<unknown>) => {
    await work.catch(() => undefined);
    return database.keys();
  };
  const failing = (key: string) =>
    database.transactions.run(async (tx) => {
      await database.insert(key, { tx });
      throw new Error(`${key} fails`);
    });
  /** Defers its row to the end of the group. */
  const defer = (key: string, meanwhile: () => Promise<unknown>) =>
    database.transactions.run(async (tx) => {
      database.transactions.insertDeferred(tx, BLOBS, blobRow(key));
      await meanwhile();
    });

  it('becomes visible to readers all at once', async () => {
    const works = [database.insert('a'), database.insert('b'), database.insert('c')];
    expect(await seenAfter(Promise.race(works))).toEqual(['a', 'b', 'c']);
  });

  it('includes work that arrives within two turns of the event loop', async () => {
    const first = database.insert('first');
    await nextTurn();
    await nextTurn();
    const second = database.insert('second');
    expect(await seenAfter(first)).toEqual(['first', 'second']);
    await second;
  });

  it('undoes only the writes of a failed member, and settles nothing before the commit', async () => {
    const works = [database.insert('a'), failing('b'), database.insert('a'), database.insert('c')];
    const seen = await Promise.all(works.map(seenAfter));
    expect(seen).toEqual(Array(4).fill(['a', 'c']));
    expect(await statuses(works)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    await expect(works[1]).rejects.toThrow('b fails');
    expect(isUniqueViolation(await works[2]!.catch((error: unknown) => error))).toBe(true);
  });

  it('is refused as a whole when its commit fails, and the next group works', async () => {
    // A reference to a missing row, which SQLite checks only at the commit.
    const broken = database.transactions.run(async (tx) => {
      await tx.query('PRAGMA defer_foreign_keys = ON');
      await tx.query(
        "INSERT INTO sessions (id, user_id, created_at, expires_at) VALUES ('s', 'nobody', 'c', 'x')",
      );
    });
    const works = [database.insert('a'), broken, database.insert('b')];
    expect(await statuses(works)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect(works[2]).rejects.toThrow('FOREIGN KEY');
    await database.insert('c');
    expect(await database.keys()).toEqual(['c']);
  });

  it('is refused as a whole when SQLite rolls back everything, as on a full disk', async () => {
    const full = () =>
      database.transactions.run(async (tx) => {
        await database.insert('full', { tx });
        await tx.query('ROLLBACK');
        throw new Error('database or disk is full');
      });
    const works = [database.insert('before'), full(), database.insert('afterwards')];
    expect(await statuses(works)).toEqual(['rejected', 'rejected', 'fulfilled']);
    await expect(works[0]).rejects.toThrow('full');
    expect(await database.keys()).toEqual(['afterwards']);
  });

  it('does not include work that must be alone', async () => {
    const works = [database.insert('a'), database.insert('much', { alone: true }), database.insert('b')];
    const [after, afterMuch] = await Promise.all([seenAfter(works[0]!), seenAfter(works[1]!)]);
    expect([after, afterMuch]).toEqual([['a'], ['a', 'much']]);
    await works[2];
  });

  it('inserts the deferred rows of its members at its end, except of undone ones', async () => {
    const works = [
      defer('a', () => database.keys()),
      defer('undone', () => Promise.reject(new Error('no'))),
      defer('b', () => database.keys()),
      database.transactions.insert(
        BLOBS,
        () => nextTurn(),
        () => [blobRow('c'), blobRow('d')],
      ),
    ];
    expect(await statuses(works)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(await database.keys()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('collects deferred rows at its end, so that late ones are included', async () => {
    const arrived = ['a'];
    const inserted = database.transactions.insert(
      BLOBS,
      () => nextTurn(),
      () => arrived.map(blobRow),
    );
    await defer('z', () => {
      arrived.push('b');
      return nextTurn();
    });
    await inserted;
    expect(await database.keys()).toEqual(['a', 'b', 'z']);
  });

  it('is undone as a whole when its deferred rows cannot be inserted', async () => {
    const works = [
      database.insert('a'),
      defer('b', () => database.keys()),
      defer('b', () => database.keys()),
    ];
    expect(await statuses(works)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(await database.keys()).toEqual([]);
    await defer('b', () => database.keys());
    expect(await database.keys()).toEqual(['b']);
  });

  it('loses and doubles none of 200 parallel writes', async () => {
    const write = (key: string, index: number) =>
      index % 3 === 0
        ? database.transactions.insert(
            BLOBS,
            () => nextTurn(),
            () => [blobRow(key)],
          )
        : database.insert(key);
    const keys = Array.from({ length: 200 }, (_, index) => `k${index}`);
    await Promise.all(keys.map(write));
    expect(await database.keys()).toEqual(keys.sort());
  });
});
