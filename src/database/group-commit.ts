import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { beginImmediate } from './begin-immediate.js';
import { insertDeferredRows, type DeferredRows } from './deferred-rows.js';

/** How long work waits for SQLite's write lock before it is refused with 503. */
const LOCK_WAIT_MS = 5000;
/** Work of one commit: the first of it waits for the last. */
const MAX_BATCH = 64;
/** Turns of the event loop without anybody new before a group is complete: one that asks the database first comes in the second. */
const TURNS = 2;

/** Work that waits for its commit. */
interface Member {
  /** Does the work. @throws what it throws. */
  readonly attempt: () => Promise<void>;
  /** What it leaves to be inserted with that of the others. */
  readonly deferred: DeferredRows[];
  readonly alone: boolean;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  /** Hands out what the attempt came to. */
  readonly settle: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Admits work to SQLite's one writing connection, one piece after the other, and commits it in groups: a commit waits
 * for the disk, and blocks the process meanwhile. Whoever waits joins the transaction that is open, and so does who arrives
 * within two turns of the event loop. Each that joins has a savepoint: if it fails, its own writes are undone and nobody
 * else's. Nobody is told anything before the commit; when that fails, all are refused.
 */
export class GroupCommit {
  readonly #waiting: Member[] = [];
  #tail: Promise<unknown> = Promise.resolve();

  constructor(private readonly connection: DataSource) {}

  /**
   * Resolves when what `work` wrote is committed, and the rows that it has added to `deferred`. Work that is to be `alone` has a
   * transaction of its own: for what writes much, as a savepoint keeps a copy of every page, or has to see deferred rows.
   * @throws what `work` or the commit throws; `database_unavailable` when the write lock is not to be had within 5 s.
   */
  run<T>(work: (deferred: DeferredRows[]) => Promise<T>, alone: boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let settle: () => void;
      const deferred: DeferredRows[] = [];
      const attempt = async (): Promise<void> => {
        const outcome = work(deferred);
        settle = () => resolve(outcome);
        await outcome;
      };
      this.#waiting.push({
        attempt,
        deferred,
        alone,
        deadline: Date.now() + LOCK_WAIT_MS,
        settle: () => settle(),
        reject,
      });
      void this.inTurn(() => this.#commitGroup());
    });
  }

  /** Calls `work` when all before it have ended: the connection is then its own, outside any transaction. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(work);
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  /**
   * Takes the write lock and gives it back, in turn, without writing anything.
   * @throws `database_unavailable` when it is not to be had within `ms` milliseconds.
   */
  probe(ms: number): Promise<void> {
    return this.inTurn(async () => {
      await beginImmediate(this.connection, Date.now() + ms);
      await this.#rollback();
    });
  }

  async #commitGroup(): Promise<void> {
    const [first] = this.#waiting;
    if (first === undefined || !(await this.#begin(first))) return;
    const members: Member[] = [];
    try {
      for (let member = this.#waiting.shift(); member !== undefined; member = await this.#next(members)) {
        members.push(member);
        if (member === first) await member.attempt();
        else await this.#attemptOrUndo(member);
      }
      await insertDeferredRows(
        this.connection.manager,
        members.flatMap(({ deferred }) => deferred),
      );
      await this.connection.query('COMMIT');
    } catch (error) {
      const reason: unknown = await this.#rollback().then(
        () => error,
        (fault: unknown) => fault,
      );
      for (const { reject } of members) reject(reason);
      return;
    }
    for (const { settle } of members) settle();
  }

  /** Takes the lock, or refuses those who have waited long enough for it. */
  async #begin(first: Member): Promise<boolean> {
    try {
      await beginImmediate(this.connection, first.deadline);
      return true;
    } catch (error) {
      const latest = Math.max(first.deadline, Date.now());
      while (this.#waiting[0] !== undefined && this.#waiting[0].deadline <= latest)
        this.#waiting.shift()?.reject(error);
      return false;
    }
  }

  async #next(members: readonly Member[]): Promise<Member | undefined> {
    if (members[0]?.alone || members.length === MAX_BATCH) return undefined;
    for (let turn = 0; turn < TURNS && this.#waiting.length === 0; turn++) await nextTurn();
    return this.#waiting[0]?.alone ? undefined : this.#waiting.shift();
  }

  /** @throws when the failure has taken the whole transaction along, as SQLite has it with a full disk. */
  async #attemptOrUndo(member: Member): Promise<void> {
    await this.connection.query('SAVEPOINT member');
    try {
      await member.attempt();
    } catch (error) {
      await this.connection.query('ROLLBACK TO member').catch(() => {
        throw error;
      });
      member.deferred.length = 0;
    }
    await this.connection.query('RELEASE member');
  }

  /** SQLite has already rolled back by itself after some errors (full disk, I/O): then there is nothing to undo. */
  async #rollback(): Promise<void> {
    try {
      await this.connection.query('ROLLBACK');
    } catch (error) {
      if (!String((error as Error).message).includes('no transaction is active')) throw error;
    }
  }
}
