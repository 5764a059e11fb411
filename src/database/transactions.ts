import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { isSerializationFailure } from './driver-errors.js';
import { GroupCommit } from './group-commit.js';
import { type RowTarget, insertDeferredRows, insertInto, type DeferredRows } from './deferred-rows.js';

/** Injection token of the DataSource that writes. */
export const WRITING = Symbol('WRITING');

const ATTEMPTS = 3;
const PROBE_MS = 1000;
const SCRUB_ATTEMPTS = 40;
const SCRUB_RETRY_MS = 50;

/** The work of a transaction, with its manager. */
type Work<T> = (manager: EntityManager) => Promise<T>;

/** Called after the commit. It must not reject. */
type Effect = () => void | Promise<void>;

/** What an open transaction does at its end. */
interface Ending {
  readonly deferred: DeferredRows[];
  readonly effects: Effect[];
}

/**
 * All writes go through this class. It opens a transaction, passes its `EntityManager` to `work`, and commits
 * when `work` resolves. Functions that are called inside take the manager as an argument, `publishIn` too. An
 * `AsyncLocalStorage` is not used for this, because on Node 20 it slows down every promise of the process.
 *
 * On SQLite TypeORM has one connection. Without an order, a statement of request B would join the open
 * transaction of request A and be lost when A rolls back. So work runs one piece at a time (`GroupCommit`),
 * and reads use another connection.
 */
@Injectable()
export class Transactions {
  readonly #logger = new Logger(Transactions.name);
  readonly #endings = new WeakMap<EntityManager, Ending>();
  readonly #group: GroupCommit;
  #probe: Promise<void> | null = null;

  constructor(@Inject(WRITING) private readonly writing: DataSource) {
    this.#group = new GroupCommit(writing);
  }

  /** Calls `effect` after the commit, and never after a rollback. `run` waits for it. */
  afterCommit(tx: EntityManager, effect: Effect): void {
    this.#endingOf(tx).effects.push(effect);
  }

  /**
   * Inserts a row at the end of the transaction. On SQLite it is inserted together with the rows of all work
   * in the same commit. Before that, the transaction itself does not see the row.
   */
  insertDeferred(tx: EntityManager, into: RowTarget, row: readonly unknown[]): void {
    this.#endingOf(tx).deferred.push({ into, take: () => [row] });
  }

  /**
   * Runs `work` in a transaction. All that `work` does with its manager is committed when the promise
   * resolves, and undone when it rejects. `work` may be called again after a serialization failure.
   * Do not call it inside `work`: that is a second transaction, which on SQLite waits for the first one for
   * ever (`test/architecture` checks this).
   * @throws `database_unavailable` when SQLite's write lock is not free within 5 s.
   */
  async run<T>(work: Work<T>, { alone = false } = {}): Promise<T> {
    const effects: Effect[] = [];
    const result =
      this.writing.options.type === 'postgres'
        ? await this.#runPooled(work, effects)
        : await this.#group.run(
            (deferred) => this.#collect(this.writing.manager, work, { deferred, effects }),
            alone,
          );
    for (const effect of effects) await effect();
    return result;
  }

  /**
   * Inserts rows in a transaction of their own. Resolves when they are committed. `gather` waits for more
   * rows; then `take` returns all of them. On PostgreSQL this is a single statement without `BEGIN` and
   * `COMMIT`, which saves two of three round trips.
   * @throws as `run` does; `take` may then not have been called.
   */
  async insert(into: RowTarget, gather: () => Promise<void>, take: DeferredRows['take']): Promise<void> {
    if (this.writing.options.type === 'postgres') {
      await gather();
      await insertInto(this.writing.manager, into, take());
    } else {
      await this.#group.run((deferred) => {
        deferred.push({ into, take });
        return gather();
      }, false);
    }
  }

  /**
   * Resolves when SQLite's write lock is free. Another process may hold it, such as a backup. Calls at the
   * same time share one check. PostgreSQL has no such lock.
   * @throws `database_unavailable`.
   */
  async requireWritable(): Promise<void> {
    if (this.writing.options.type === 'postgres') return;
    this.#probe ??= this.#group.probe(PROBE_MS).finally(() => (this.#probe = null));
    await this.#probe;
  }

  /**
   * Makes deleted data unreadable in SQLite's files. Freed pages are overwritten already; this empties the
   * write-ahead log, which still has old pages. On PostgreSQL vacuum does this later.
   */
  async scrub(): Promise<void> {
    if (await this.emptyWriteAheadLog()) return;
    this.#logger.warn(
      'a reader still uses the write-ahead log, so it was not emptied; the next erasure tries again',
    );
  }

  /**
   * Copies all of SQLite's write-ahead log into the database file. @returns false while a reader prevents it.
   */
  async emptyWriteAheadLog(): Promise<boolean> {
    if (this.writing.options.type === 'postgres') return true;
    for (let attempt = 1; attempt <= SCRUB_ATTEMPTS; attempt++) {
      const [result] = await this.#group.inTurn(() =>
        this.writing.query<{ busy: number }[]>('PRAGMA wal_checkpoint(TRUNCATE)'),
      );
      if (result?.busy === 0) return true;
      await delay(SCRUB_RETRY_MS);
    }
    return false;
  }

  async #runPooled<T>(work: Work<T>, effects: Effect[]): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      effects.length = 0;
      try {
        return await this.writing.transaction(async (manager) => {
          const deferred: DeferredRows[] = [];
          const result = await this.#collect(manager, work, { deferred, effects });
          await insertDeferredRows(manager, deferred);
          return result;
        });
      } catch (error) {
        if (attempt === ATTEMPTS || !isSerializationFailure(error)) throw error;
      }
    }
  }

  /** Calls `work`. While it runs, it can add to the end of the transaction. */
  async #collect<T>(manager: EntityManager, work: Work<T>, ending: Ending): Promise<T> {
    this.#endings.set(manager, ending);
    try {
      return await work(manager);
    } finally {
      this.#endings.delete(manager);
    }
  }

  #endingOf(tx: EntityManager): Ending {
    const ending = this.#endings.get(tx);
    if (ending === undefined) throw new Error('the transaction is not open');
    return ending;
  }
}
