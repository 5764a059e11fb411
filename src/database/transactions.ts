import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { beginImmediate } from './begin-immediate.js';
import { isSerializationFailure } from './driver-errors.js';

/** Injection token of the DataSource that writes. */
export const WRITING = Symbol('WRITING');

/** How long a transaction waits for SQLite's write lock before it is refused with 503. */
const LOCK_WAIT_MS = 5000;
const ATTEMPTS = 3;
const SCRUB_ATTEMPTS = 20;
const SCRUB_RETRY_MS = 50;

/** What happens once the transaction has committed; it must not reject. */
type Effect = () => void | Promise<void>;

/** Work that is committed with somebody else's, when there is somebody. */
interface Rider {
  readonly work: (manager: EntityManager) => Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The only way to write. Opens a transaction, hands its `EntityManager` to `work`, and commits when `work` resolves.
 * Whoever is called inside is given that manager and passes it on, to the events that are published inside first of
 * all: an `AsyncLocalStorage` that would find it has V8 call back for every promise of the process on Node 20, once it
 * was used at all, and `GET /api/users/me` then answers a fifth less.
 *
 * On SQLite, TypeORM has one connection: a statement of request B would join the open transaction of
 * request A and vanish with A's rollback. So writers are admitted one at a time, each with
 * `BEGIN IMMEDIATE`, and readers use another connection.
 */
@Injectable()
export class Transactions {
  readonly #logger = new Logger(Transactions.name);
  readonly #effects = new WeakMap<EntityManager, Effect[]>();
  readonly #riders: Rider[] = [];
  #tail: Promise<unknown> = Promise.resolve();

  constructor(@Inject(WRITING) private readonly writing: DataSource) {}

  /** Calls `effect` once the transaction has committed, and never if it rolls back; `run` waits for it. */
  afterCommit(tx: EntityManager, effect: Effect): void {
    const effects = this.#effects.get(tx);
    if (effects === undefined) throw new Error('afterCommit is called outside a transaction');
    effects.push(effect);
  }

  /**
   * Runs `work` in a transaction. Everything that `work` does by its manager is committed when the promise resolves, and
   * undone when it rejects. May call `work` again after a serialization failure. Not to be called inside `work`: the
   * inner one would be another transaction, which on SQLite waits for the outer one for ever (`test/architecture` looks out for it).
   * @throws `database_unavailable` when the write lock is not to be had within 5 s.
   */
  async run<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const effects: Effect[] = [];
    const result =
      this.writing.options.type === 'postgres'
        ? await this.#runPooled(work, effects)
        : await this.#runQueued(work, effects);
    for (const effect of effects) await effect();
    return result;
  }

  /**
   * Runs `work`, which is one statement, and resolves when it is committed. On SQLite it rides along with the transaction that
   * is being written, if there is one, and shares its commit and its fate: a commit waits for the disk. On PostgreSQL a
   * statement is a transaction already, and needs neither `BEGIN` nor `COMMIT`, two round trips of three.
   * @throws as `run` does.
   */
  async ride(work: (manager: EntityManager) => Promise<void>): Promise<void> {
    if (this.writing.options.type === 'postgres') return work(this.writing.manager);
    const committed = new Promise<void>((resolve, reject) => this.#riders.push({ work, resolve, reject }));
    void this.#inTurn(() => this.#runForRiders());
    return committed;
  }

  /**
   * Makes what was deleted unreadable in SQLite's files: pages are overwritten when they are freed, and this empties the
   * write-ahead log that still has the older ones. On PostgreSQL, vacuum does it in its own time.
   */
  async scrub(): Promise<void> {
    if (this.writing.options.type === 'postgres') return;
    for (let attempt = 1; attempt <= SCRUB_ATTEMPTS; attempt++) {
      const [result] = await this.#inTurn(() =>
        this.writing.query<{ busy: number }[]>('PRAGMA wal_checkpoint(TRUNCATE)'),
      );
      if (result?.busy === 0) return;
      await delay(SCRUB_RETRY_MS);
    }
    this.#logger.warn(
      'the write-ahead log is being read and could not be emptied; the next erasure tries again',
    );
  }

  async #runPooled<T>(work: (manager: EntityManager) => Promise<T>, effects: Effect[]): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      effects.length = 0;
      try {
        return await this.writing.transaction((manager) => this.#collect(manager, work, effects));
      } catch (error) {
        if (attempt === ATTEMPTS || !isSerializationFailure(error)) throw error;
      }
    }
  }

  #runQueued<T>(work: (manager: EntityManager) => Promise<T>, effects: Effect[]): Promise<T> {
    const deadline = Date.now() + LOCK_WAIT_MS;
    return this.#inTurn(() => this.#runImmediate(work, effects, deadline));
  }

  /** Calls `work` when all before it have ended: SQLite's one connection is then its own. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(work);
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  /** A transaction for those who found none to ride along with. */
  async #runForRiders(): Promise<void> {
    if (this.#riders.length === 0) return;
    try {
      await this.#runImmediate(() => Promise.resolve(), [], Date.now() + LOCK_WAIT_MS);
    } catch (error) {
      // Those on board know; the lock may not have been had, and then nobody was.
      for (const { reject } of this.#riders.splice(0)) reject(error);
    }
  }

  async #runImmediate<T>(
    work: (manager: EntityManager) => Promise<T>,
    effects: Effect[],
    deadline: number,
  ): Promise<T> {
    const manager = this.writing.manager;
    const aboard: Rider[] = [];
    await beginImmediate(this.writing, deadline);
    try {
      const result = await this.#collect(manager, work, effects);
      aboard.push(...this.#riders.splice(0));
      for (const rider of aboard) await rider.work(manager);
      await manager.query('COMMIT');
      for (const { resolve } of aboard) resolve();
      return result;
    } catch (error) {
      for (const { reject } of aboard) reject(error);
      await this.#rollback();
      throw error;
    }
  }

  /** Calls `work`, and lets it add to `effects` while it runs. */
  async #collect<T>(
    manager: EntityManager,
    work: (manager: EntityManager) => Promise<T>,
    effects: Effect[],
  ): Promise<T> {
    this.#effects.set(manager, effects);
    try {
      return await work(manager);
    } finally {
      this.#effects.delete(manager);
    }
  }

  /** SQLite has already rolled back by itself after some errors (full disk, I/O): then there is nothing to undo. */
  async #rollback(): Promise<void> {
    try {
      await this.writing.query('ROLLBACK');
    } catch (error) {
      if (!String((error as Error).message).includes('no transaction is active')) throw error;
    }
  }
}
