import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { beginImmediate } from './begin-immediate.js';
import { insertDeferredRows, type DeferredRows } from './deferred-rows.js';

/** How long work waits for SQLite's write lock, in milliseconds. Then it is refused with 503. */
const LOCK_WAIT_MS = 5000;
/** The most work in one commit. The first work waits for the last. */
const MAX_BATCH = 64;
/**
 * A group is complete after this many turns of the event loop without new work. A caller that reads from the
 * database first arrives in the second turn.
 */
const TURNS = 2;

/** Work that waits for its commit. */
interface Member {
  /** Does the work. @throws what the work throws. */
  readonly attempt: () => Promise<void>;
  /** Rows to insert at the end, together with those of the other work. */
  readonly deferred: DeferredRows[];
  readonly alone: boolean;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  /** Resolves or rejects the caller's promise with the result of the attempt. */
  readonly settle: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Runs work on SQLite's only writing connection, one piece at a time, and commits it in groups. A commit
 * waits for the disk and blocks the process meanwhile.
 * Waiting work joins the open transaction. So does work that arrives within two turns of the event loop. Each
 * piece of work after the first has a savepoint: when it fails, only its own writes are undone. Callers get
 * their results after the commit. When the commit fails, all of them are refused.
 */
export class GroupCommit {
  readonly #waiting: Member[] = [];
  #tail: Promise<unknown> = Promise.resolve();

  constructor(private readonly connection: DataSource) {}

  /**
   * Resolves when the writes of `work`, and the rows that it added to `deferred`, are committed. With
   * `alone`, the work has a transaction of its own. This is for work that writes many pages (a savepoint
   * keeps a copy of each), and for work that must see deferred rows.
   * @throws what `work` or the commit throws; `database_unavailable` when the write lock is not free within 5
   * s.
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

  /**
   * Calls `work` after all earlier work has ended. It has the connection for itself, outside any transaction.
   */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(work);
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  /**
   * Takes the write lock and releases it, without writing.
   * @throws `database_unavailable` when the lock is not free within `ms` milliseconds.
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

  /** Takes the write lock. When it is not free in time, refuses the work whose deadline has passed. */
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

  /** @throws when the failure ended the whole transaction, as a full disk does on SQLite. */
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

  /** After some errors (full disk, I/O) SQLite has already rolled back, and there is nothing to undo. */
  async #rollback(): Promise<void> {
    try {
      await this.connection.query('ROLLBACK');
    } catch (error) {
      if (!String((error as Error).message).includes('no transaction is active')) throw error;
    }
  }
}
