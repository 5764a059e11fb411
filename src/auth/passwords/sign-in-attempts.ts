import { isIPv6 } from 'node:net';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, LessThan, Like, MoreThan, Repository } from 'typeorm';
import { hashEmail } from '../../common/input/email-address.js';
import { errors } from '../../common/refusals/errors.js';
import { Housekeeping } from '../../common/lifecycle/housekeeping.js';
import { fromNow, now } from '../../common/time.js';
import { AppConfig } from '../../config/app-config.js';
import { Transactions } from '../../database/transactions.js';
import type { Caller } from '../../events/event-actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import { Session } from '../sessions/session.entity.js';
import { addressBlock } from '../../common/access/address-block.js';
import { SignInAttempt } from './sign-in-attempt.entity.js';

const WINDOW_MS = 15 * 60_000;
/** An address from which the owner signed in so recently is theirs. */
const KNOWN_ADDRESS_MS = 90 * 24 * 3_600_000;
/** Sessions of a user, the newest ones, whose IPv6 networks are compared. */
const COMPARED_SESSIONS = 1000;
/** The id of no user. For an unknown e-mail the sessions of this one are looked for, so that the answer takes as long. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Somebody who shows a password. */
export interface Attempt {
  readonly by: Caller;
  readonly email: string;
  /** Null when nobody has the e-mail. */
  readonly userId: string | null;
  /** The caller's session, when somebody who is signed in confirms an action with the password; null at a sign-in. */
  readonly sessionId: string | null;
}

/** Tries that were taken before the password is compared. They are given back unless it was wrong. */
export type Reservation = readonly Taken[];

interface Counter {
  readonly of: 'address' | 'session' | 'account';
  readonly key: string;
  readonly limit: number;
}

interface Taken extends Counter {
  readonly attempts: number;
  readonly windowEnds: string;
}

/**
 * Counts wrong passwords by address and by account, in the database, so that all processes count together.
 * A try is reserved before the password is compared: however many come at once, no more than the limit are compared. A try
 * that is refused is not counted, and writes nothing.
 *
 * An address of the owner has an account counter of its own, so that strangers cannot lock the owner out there. Where
 * somebody is signed in, the address counts as theirs. Their session has a counter, too: whoever has stolen it gets no more
 * tries at another address.
 */
@Injectable()
export class SignInAttempts {
  constructor(
    @InjectRepository(SignInAttempt) private readonly rows: Repository<SignInAttempt>,
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
    private readonly config: AppConfig,
    housekeeping: Housekeeping,
  ) {
    housekeeping.register('sign-in attempts', () => this.#expire());
  }

  /**
   * Takes one try of the address, then one of the account.
   * @throws `too_many_attempts` with Retry-After when one of them has none left; recorded once a window.
   */
  async reserve(attempt: Attempt): Promise<Reservation> {
    const counters = (await this.#countersFor(attempt)).filter(({ limit }) => limit > 0);
    if (counters.length === 0) return [];
    const refused = await this.#findExceeded(counters);
    if (refused !== null) throw tooManyAttempts(refused);
    const taken = await this.transactions.run((tx) => this.#take(tx, counters));
    const last = taken.at(-1)!;
    if (last.attempts <= last.limit) return taken;
    if (last.attempts === last.limit + 1) {
      await this.events.publish({
        type: 'rate.limited',
        actor: attempt.by,
        userId: attempt.userId,
        reason: 'sign_in',
      });
    }
    throw tooManyAttempts(last);
  }

  /** Gives the tries back: the password was not compared. */
  async release(reservation: Reservation): Promise<void> {
    if (reservation.length === 0) return;
    await this.transactions.run((tx) => giveBack(tx, reservation));
  }

  /** The password was right: gives the tries back, and forgets the failures of the account. */
  async clear(reservation: Reservation): Promise<void> {
    if (reservation.length === 0) return;
    await this.transactions.run(async (tx) => {
      await giveBack(
        tx,
        reservation.filter(({ of }) => of === 'address'),
      );
      const forgotten = reservation.filter(({ of }) => of !== 'address').map(({ key }) => key);
      await tx.delete(SignInAttempt, { key: In(forgotten) });
    });
  }

  async #countersFor({ by, email, userId, sessionId }: Attempt): Promise<Counter[]> {
    const { ip } = by.request;
    const { failuresPerAccount, failuresPerAddress } = this.config.limits;
    // The e-mail may be a password typed into the wrong field: only its keyed hash is stored.
    const hash = hashEmail(email, this.config.audit.emailHashKey);
    const isKnown = ip !== null && (sessionId !== null || (await this.#isKnownAddress(userId, ip)));
    const counters: Counter[] = [];
    if (ip !== null)
      counters.push({ of: 'address', key: `address:${addressBlock(ip)}`, limit: failuresPerAddress });
    if (sessionId !== null)
      counters.push({ of: 'session', key: `session:${sessionId}`, limit: failuresPerAccount });
    counters.push({
      of: 'account',
      key: `account:${hash}${isKnown ? `:${addressBlock(ip)}` : ''}`,
      limit: failuresPerAccount,
    });
    return counters;
  }

  /** Whether the user has lately signed in from the address, or from another of its IPv6 network. */
  async #isKnownAddress(userId: string | null, ip: string): Promise<boolean> {
    const sessions = await this.sessions.find({
      select: { ip: true },
      where: {
        userId: userId ?? NOBODY,
        ip: isIPv6(ip) ? Like('%:%') : ip,
        createdAt: MoreThan(fromNow(-KNOWN_ADDRESS_MS)),
      },
      order: { id: 'DESC' },
      take: COMPARED_SESSIONS,
    });
    return sessions.some((session) => addressBlock(session.ip!) === addressBlock(ip));
  }

  /** The first counter whose limit is already passed in the window that is open now. Writes nothing. */
  async #findExceeded(counters: readonly Counter[]): Promise<{ readonly windowEnds: string } | null> {
    const open = await this.rows.findBy({
      key: In(counters.map(({ key }) => key)),
      windowEnds: MoreThan(now()),
    });
    for (const { key, limit } of counters) {
      const row = open.find((candidate) => candidate.key === key);
      if (row !== undefined && row.attempts > limit) return row;
    }
    return null;
  }

  /** Takes a try of each counter, up to and including the first that has none left. */
  async #take(tx: EntityManager, counters: readonly Counter[]): Promise<Taken[]> {
    const taken: Taken[] = [];
    for (const counter of counters) {
      const at = now();
      const ends = fromNow(WINDOW_MS);
      const [row] = await tx.sql<{ attempts: number; window_ends: string }[]>`
        INSERT INTO sign_in_attempts (attempt_key, attempts, window_ends) VALUES (${counter.key}, 1, ${ends})
        ON CONFLICT (attempt_key) DO UPDATE SET
          attempts = CASE WHEN sign_in_attempts.window_ends <= ${at} THEN 1 ELSE sign_in_attempts.attempts + 1 END,
          window_ends = CASE WHEN sign_in_attempts.window_ends <= ${at} THEN ${ends} ELSE sign_in_attempts.window_ends END
        RETURNING attempts, window_ends`;
      taken.push({ ...counter, attempts: row!.attempts, windowEnds: row!.window_ends });
      if (row!.attempts > counter.limit) break;
    }
    return taken;
  }

  async #expire(): Promise<void> {
    await this.transactions.run(
      async (tx) => void (await tx.delete(SignInAttempt, { windowEnds: LessThan(now()) })),
    );
  }
}

/** Only in the window in which they were taken: another may have begun meanwhile. */
async function giveBack(tx: EntityManager, taken: Reservation): Promise<void> {
  for (const { key, windowEnds } of taken)
    await tx.decrement(SignInAttempt, { key, windowEnds }, 'attempts', 1);
}

function tooManyAttempts({ windowEnds }: { readonly windowEnds: string }) {
  return errors.tooManyAttempts((Date.parse(windowEnds) - Date.now()) / 1000);
}
