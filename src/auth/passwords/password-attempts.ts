import { Injectable } from '@nestjs/common';
import { blockOf } from '../../common/access/address-block.js';
import { errors } from '../../common/refusals/errors.js';
import type { Caller } from '../../events/event-actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import { AttemptCounters, type Counter, type Exceeded, type Taken } from './attempt-counters.js';
import { WaitingLines } from './waiting-lines.js';

/** The longest wait. At most as many hashes as the limit are before the one that waits, and the answer has 15 s. */
const MAX_WAIT_MS = 8000;
/** How many may wait for one account at one address. */
const LINE_LENGTH = 100;
/** How soon the outcome at another process is noticed. */
const LOOK_AGAIN_MS = 250;

/** An attempt to use a password, with all that counts it. */
export interface CountedAttempt {
  readonly by: Caller;
  readonly counters: readonly Counter[];
  /** Whose trail says that the limit is reached. Null for nobody's. */
  readonly userId: string | null;
  /** What was attempted, for that record. */
  readonly reason: string;
}

/** Attempts that were counted before the password is compared. */
export type Reservation = readonly Taken[];

/**
 * Counts wrong passwords. The counters are in the database, so all processes share them. An attempt is counted
 * before the password is compared, so parallel attempts cannot exceed the limit; what has no room because
 * others are being compared waits. Only wrong passwords refuse. A refused attempt is not counted and writes
 * nothing.
 */
@Injectable()
export class PasswordAttempts {
  readonly #lines = new WaitingLines(LINE_LENGTH, MAX_WAIT_MS, LOOK_AGAIN_MS);

  constructor(
    private readonly counters: AttemptCounters,
    private readonly events: DomainEvents,
  ) {}

  /**
   * Counts one attempt on all counters. While as many passwords are being compared as may be wrong, it waits
   * for their outcome.
   * @throws `too_many_attempts` with Retry-After when too many were wrong, recorded once in a window; `busy`
   * when the outcome of others takes too long.
   */
  async reserve(attempt: CountedAttempt): Promise<Reservation> {
    const counters = attempt.counters.filter(({ limit }) => limit > 0);
    if (counters.length === 0) return [];
    // A line for each address: who waits at one does not keep another from the account.
    const line = [blockOf(attempt.by.request), ...counters.map(({ key }) => key)].join(' ');
    return this.#lines.wait(line, () => this.#take(attempt, counters));
  }

  /** The password was not compared. */
  release(reservation: Reservation): Promise<void> {
    return this.#settle(reservation, () => this.counters.release(reservation));
  }

  /** The password was wrong. */
  fail(reservation: Reservation): Promise<void> {
    return this.#settle(reservation, () => this.counters.fail(reservation));
  }

  /** The password was right: the failures of the account are forgotten. */
  clear(reservation: Reservation): Promise<void> {
    return this.#settle(reservation, () => this.counters.clear(reservation));
  }

  async #take(attempt: CountedAttempt, counters: readonly Counter[]): Promise<Reservation | null> {
    const room = await this.counters.look(counters);
    if (room.is === 'refused') await this.#refuse(attempt, room);
    return room.is === 'free' ? this.counters.take(counters) : null;
  }

  async #refuse({ by, userId, reason }: CountedAttempt, exceeded: Exceeded): Promise<never> {
    if (!exceeded.recorded && (await this.counters.record(exceeded)))
      await this.events.publishRefusal({ type: 'rate.limited', actor: by, userId, reason });
    throw errors.tooManyAttempts((Date.parse(exceeded.windowEnds) - Date.now()) / 1000);
  }

  async #settle(reservation: Reservation, write: () => Promise<void>): Promise<void> {
    if (reservation.length === 0) return;
    try {
      await write();
    } finally {
      this.#lines.wake();
    }
  }
}
