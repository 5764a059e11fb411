import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { isSerializationFailure } from './driver-errors.js';
import { GroupCommit } from './group-commit.js';
import { insertRows } from './insert-rows.js';
import { type RowTarget, insertDeferredRows, type DeferredRows } from './deferred-rows.js';

/** Injection token of the DataSource that writes. */
export const WRITING = Symbol('WRITING');

const ATTEMPTS = 3;
const PROBE_MS = 1000;
const SCRUB_ATTEMPTS = 40;
const SCRUB_RETRY_MS = 50;

/** What is done in a transaction, by its manager. */
type Work<T> = (manager: EntityManager) => Promise<T>;

/** What happens once the transaction has committed; it must not reject. */
type Effect = () => void | Promise<void>;

/** What an open transaction leaves for its end. */
interface Ending {
  readonly deferred: DeferredRows[];
  readonly effects: Effect[];
}

/**
 * The only way to write. Opens a transaction, hands its `EntityManager` to `work`, and commits when `work` resolves.
 * Whoever is called inside is given that manager and passes it on, to the events that are published inside first of
 * all: an `AsyncLocalStorage` that would find it has V8 call back for every promise of the process on Node 20, once it
 * was used at all, and `GET /api/users/me` then answers a fifth less.
 *
 * On SQLite, TypeORM has one connection: a statement of request B would join the open transaction of
 * request A and vanish with A's rollback. So work is admitted one piece after the other (`GroupCommit`), and readers use
 * another connection.
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

  /** Calls `effect` once the transaction has committed, and never if it rolls back; `run` waits for it. */
  afterCommit(tx: EntityManager, effect: Effect): void {
    this.#endingOf(tx).effects.push(effect);
  }

  /**
   * Inserts a row when all else of the transaction is done: on SQLite together with those of everybody who shares the
   * commit. Until then, the transaction itself does not see it.
   */
  insertDeferred(tx: EntityManager, into: RowTarget, row: readonly unknown[]): void {
    this.#endingOf(tx).deferred.push({ into, take: () => [row] });
  }

  /**
   * Runs `work` in a transaction. Everything that `work` does by its manager is committed when the promise resolves, and
   * undone when it rejects. May call `work` again after a serialization failure. Not to be called inside `work`: the
   * inner one would be another transaction, which on SQLite waits for the outer one for ever (`test/architecture` looks out for it).
   * @throws `database_unavailable` when SQLite's write lock is not to be had within 5 s.
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
   * Inserts rows in a transaction of their own, and resolves when they are committed. As long as `gather` waits, more may
   * come; `take` then gives all of them. On PostgreSQL they are one statement, which is a transaction already and needs
   * neither `BEGIN` nor `COMMIT`, two round trips of three.
   * @throws as `run` does; `take` may then not have been called.
   */
  async insert(into: RowTarget, gather: () => Promise<void>, take: DeferredRows['take']): Promise<void> {
    if (this.writing.options.type === 'postgres') {
      await gather();
      await insertRows(this.writing.manager, into.table, into.columns, take());
    } else {
      await this.#group.run((deferred) => {
        deferred.push({ into, take });
        return gather();
      }, false);
    }
  }

  /**
   * Resolves when SQLite's write lock is to be had: another process may hold it, as a backup or somebody's shell does. Those
   * who ask at the same time share an answer. On PostgreSQL nothing like it keeps everybody from writing.
   * @throws `database_unavailable`.
   */
  async requireWritable(): Promise<void> {
    if (this.writing.options.type === 'postgres') return;
    this.#probe ??= this.#group.probe(PROBE_MS).finally(() => (this.#probe = null));
    await this.#probe;
  }

  /**
   * Makes what was deleted unreadable in SQLite's files: pages are overwritten when they are freed, and this empties the
   * write-ahead log that still has the older ones. On PostgreSQL, vacuum does it in its own time.
   */
  async scrub(): Promise<void> {
    if (await this.emptyWriteAheadLog()) return;
    this.#logger.warn(
      'the write-ahead log is being read and could not be emptied; the next erasure tries again',
    );
  }

  /** Brings all of SQLite's write-ahead log into the database file. @returns false while somebody reads it. */
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

  /** Calls `work`, and lets it add to the transaction's ending while it runs. */
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
