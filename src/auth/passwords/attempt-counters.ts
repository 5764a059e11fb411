import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, LessThan, LessThanOrEqual, MoreThan, Repository } from 'typeorm';
import { Housekeeping } from '../../common/lifecycle/housekeeping.js';
import { fromNow, now } from '../../common/time.js';
import { Transactions } from '../../database/transactions.js';
import { SignInAttempt } from './sign-in-attempt.entity.js';

const WINDOW_MS = 15 * 60_000;

/** What counts, and how many failures it allows in a window. */
export interface Counter {
  readonly of: 'address' | 'session' | 'account' | 'share';
  readonly key: string;
  readonly limit: number;
}

/** An attempt that is counted. */
export interface Taken extends Counter {
  readonly windowEnds: string;
}

/** `refused`: so many have failed. `full`: so many have failed or are being compared. */
export type Room = { readonly is: 'free' | 'full' } | ({ readonly is: 'refused' } & Exceeded);

export interface Exceeded {
  readonly counter: Counter;
  readonly windowEnds: string;
  /** False for the first that finds the limit reached in this window. */
  readonly recorded: boolean;
}

/**
 * The counters of wrong passwords in the database, which all processes share. A counter never lets in more attempts
 * than its limit allows to fail. An attempt that a crash has left open takes room until its window ends.
 */
@Injectable()
export class AttemptCounters {
  constructor(
    @InjectRepository(SignInAttempt) private readonly rows: Repository<SignInAttempt>,
    private readonly transactions: Transactions,
    housekeeping: Housekeeping,
  ) {
    housekeeping.register('sign-in attempts', () => this.#expire());
  }

  /** Whether there is room on all counters. Writes nothing. */
  async look(counters: readonly Counter[]): Promise<Room> {
    const keys = counters.map(({ key }) => key);
    const open = await this.rows.findBy({ key: In(keys), windowEnds: MoreThan(now()) });
    let is: 'free' | 'full' = 'free';
    for (const counter of counters) {
      const row = open.find(({ key }) => key === counter.key);
      if (row === undefined || row.attempts < counter.limit) continue;
      const { failures, windowEnds } = row;
      if (failures >= counter.limit)
        return { is: 'refused', counter, windowEnds, recorded: failures > counter.limit };
      is = 'full';
    }
    return { is };
  }

  /** Counts an attempt on every counter; on none, and returns null, when one of them has no room. */
  take(counters: readonly Counter[]): Promise<Taken[] | null> {
    return this.transactions.run(async (tx) => {
      const taken: Taken[] = [];
      for (const counter of counters) {
        const windowEnds = await count(tx, counter);
        if (windowEnds === null) {
          await giveBack(tx, taken);
          return null;
        }
        taken.push({ ...counter, windowEnds });
      }
      return taken;
    });
  }

  /** Forgets attempts whose password was not compared. */
  async release(taken: readonly Taken[]): Promise<void> {
    await this.transactions.run((tx) => giveBack(tx, taken));
  }

  /** The password was wrong. */
  async fail(taken: readonly Taken[]): Promise<void> {
    await this.transactions.run(async (tx) => {
      for (const { key, windowEnds } of taken)
        await tx.increment(SignInAttempt, { key, windowEnds }, 'failures', 1);
    });
  }

  /** The password was right. Forgets the attempts, and all failures of session, account and share. */
  async clear(taken: readonly Taken[]): Promise<void> {
    await this.transactions.run(async (tx) => {
      await giveBack(tx, taken);
      const forgiven = In(taken.filter(({ of }) => of !== 'address').map(({ key }) => key));
      await tx.update(
        SignInAttempt,
        { key: forgiven },
        { attempts: () => 'attempts - failures', failures: 0 },
      );
      await tx.delete(SignInAttempt, { key: forgiven, attempts: LessThanOrEqual(0) });
    });
  }

  /** True for one caller in a window: whoever records that the limit is reached. */
  record({ counter: { key, limit }, windowEnds }: Exceeded): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      const { affected } = await tx.update(
        SignInAttempt,
        { key, windowEnds, failures: limit },
        { attempts: () => 'attempts + 1', failures: limit + 1 },
      );
      return affected === 1;
    });
  }

  async #expire(): Promise<void> {
    await this.transactions.run(
      async (tx) => void (await tx.delete(SignInAttempt, { windowEnds: LessThan(now()) })),
    );
  }
}

/** Counts an attempt, and returns when its window ends. Null when the counter has no room. */
async function count(tx: EntityManager, { key, limit }: Counter): Promise<string | null> {
  const at = now();
  const ends = fromNow(WINDOW_MS);
  const [row] = await tx.sql<{ window_ends: string }[]>`
    INSERT INTO sign_in_attempts (attempt_key, attempts, failures, window_ends) VALUES (${key}, 1, 0, ${ends})
    ON CONFLICT (attempt_key) DO UPDATE SET
      attempts = CASE WHEN sign_in_attempts.window_ends <= ${at} THEN 1 ELSE sign_in_attempts.attempts + 1 END,
      failures = CASE WHEN sign_in_attempts.window_ends <= ${at} THEN 0 ELSE sign_in_attempts.failures END,
      window_ends = CASE WHEN sign_in_attempts.window_ends <= ${at} THEN ${ends} ELSE sign_in_attempts.window_ends END
    WHERE sign_in_attempts.window_ends <= ${at} OR sign_in_attempts.attempts < ${limit}
    RETURNING window_ends`;
  return row?.window_ends ?? null;
}

/** Gives attempts back only in the window in which they were counted: a new one may have begun. */
async function giveBack(tx: EntityManager, taken: readonly Taken[]): Promise<void> {
  for (const { key, windowEnds } of taken)
    await tx.decrement(SignInAttempt, { key, windowEnds }, 'attempts', 1);
}
