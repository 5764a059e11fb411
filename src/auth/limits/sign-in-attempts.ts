import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, LessThan, Repository } from 'typeorm';
import { errors } from '../../common/errors.js';
import { Housekeeping } from '../../common/housekeeping.js';
import type { RequestContext } from '../../common/request-context.js';
import { fromNow, now } from '../../common/time.js';
import { AppConfig } from '../../config/app-config.js';
import { Transactions } from '../../database/transactions.js';
import { byAnonymous } from '../../events/domain-event.js';
import { DomainEvents } from '../../events/domain-events.js';
import { foldEmail } from '../../users/user.entity.js';
import { Session } from '../sessions/session.entity.js';
import { addressBlock } from './address-block.js';
import { SignInAttempt } from './sign-in-attempt.entity.js';

const WINDOW_MS = 15 * 60_000;
/** An address from which the owner signed in so recently is theirs. */
const KNOWN_ADDRESS_MS = 90 * 24 * 3_600_000;

/** Tries that were reserved before the password was looked at, to be given back unless it was wrong. */
export interface Reservation {
  readonly counters: readonly Counter[];
}

interface Counter {
  readonly key: string;
  readonly limit: number;
}

/**
 * Counts failed sign-ins by account and by address, in the database, so that all processes count together.
 * A try is reserved before the password is looked at: however many come at once, no more than the limit are judged.
 * From an address that the owner uses there is a counter of its own, so that strangers cannot lock the owner out.
 */
@Injectable()
export class SignInAttempts {
  constructor(
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
    private readonly config: AppConfig,
    housekeeping: Housekeeping,
  ) {
    housekeeping.register('sign-in attempts', () => this.#expire());
  }

  /**
   * Takes one try of the account and one of the address.
   * @throws `too_many_attempts` with Retry-After when either has none left; recorded once a window.
   */
  async reserve(request: RequestContext, email: string, userId: string | null): Promise<Reservation> {
    const counters = (await this.#countersFor(request, email, userId)).filter(({ limit }) => limit > 0);
    if (counters.length === 0) return { counters };
    const counts = await this.transactions.run((tx) => this.#increment(tx, counters));
    const exceeded = counts.filter(({ attempts, limit }) => attempts > limit);
    if (exceeded.length === 0) return { counters };
    if (exceeded.some(({ attempts, limit }) => attempts === limit + 1)) {
      await this.events.publish({
        type: 'rate.limited',
        actor: byAnonymous(request),
        userId,
        reason: 'sign_in',
      });
    }
    const ends = Math.max(...exceeded.map(({ windowEnds }) => Date.parse(windowEnds)));
    throw errors.tooManyAttempts((ends - Date.now()) / 1000);
  }

  /** Gives the tries back: the password was right, or was never looked at. */
  async release(reservation: Reservation): Promise<void> {
    if (reservation.counters.length === 0) return;
    await this.transactions.run(async (tx) => {
      for (const { key } of reservation.counters) {
        await tx.decrement(SignInAttempt, { key }, 'attempts', 1);
      }
    });
  }

  /** Forgets the failures of an account, once its owner has signed in. */
  async clear(reservation: Reservation): Promise<void> {
    const account = reservation.counters.find(({ key }) => key.startsWith('account:'));
    await this.release(reservation);
    if (account === undefined) return;
    await this.transactions.run(async (tx) => void (await tx.delete(SignInAttempt, { key: account.key })));
  }

  async #countersFor({ ip }: RequestContext, email: string, userId: string | null): Promise<Counter[]> {
    const { failuresPerAccount, failuresPerAddress } = this.config.limits;
    // The e-mail may be a password typed into the wrong field: only its keyed hash is stored.
    const hash = createHmac('sha256', this.config.audit.emailHashKey).update(foldEmail(email)).digest('hex');
    const suffix = (await this.#isKnownAddress(userId, ip)) ? `:${ip}` : '';
    const counters = [{ key: `account:${hash}${suffix}`, limit: failuresPerAccount }];
    if (ip !== null) counters.push({ key: `address:${addressBlock(ip)}`, limit: failuresPerAddress });
    return counters;
  }

  async #isKnownAddress(userId: string | null, ip: string | null): Promise<boolean> {
    if (userId === null || ip === null) return false;
    const session = await this.sessions.findOne({ where: { userId, ip }, order: { id: 'DESC' } });
    return session !== null && session.createdAt > fromNow(-KNOWN_ADDRESS_MS);
  }

  async #increment(tx: EntityManager, counters: readonly Counter[]) {
    const counts: (Counter & { attempts: number; windowEnds: string })[] = [];
    for (const counter of counters) {
      const at = now();
      const ends = fromNow(WINDOW_MS);
      const [row] = await tx.sql<{ attempts: number; window_ends: string }[]>`
        INSERT INTO sign_in_attempts (attempt_key, attempts, window_ends) VALUES (${counter.key}, 1, ${ends})
        ON CONFLICT (attempt_key) DO UPDATE SET
          attempts = CASE WHEN sign_in_attempts.window_ends <= ${at} THEN 1 ELSE sign_in_attempts.attempts + 1 END,
          window_ends = CASE WHEN sign_in_attempts.window_ends <= ${at} THEN ${ends} ELSE sign_in_attempts.window_ends END
        RETURNING attempts, window_ends`;
      counts.push({ ...counter, attempts: row!.attempts, windowEnds: row!.window_ends });
    }
    return counts;
  }

  async #expire(): Promise<void> {
    await this.transactions.run(
      async (tx) => void (await tx.delete(SignInAttempt, { windowEnds: LessThan(now()) })),
    );
  }
}
