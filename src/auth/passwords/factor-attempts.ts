import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../../config/app-config.js';
import { Transactions } from '../../database/transactions.js';
import type { Caller } from '../../events/event-actor.js';
import type { Counter } from './attempt-counters.js';
import { CountedAddresses } from './counted-addresses.js';
import { PasswordAttempts } from './password-attempts.js';

/**
 * Counts wrong second factors, by account and by address, with the limits of failed sign-ins. The account has a counter
 * of its own for them: a right password, which a guesser of codes has, does not clear it. An open session has another one, so
 * that strangers do not lock its user out.
 */
@Injectable()
export class FactorAttempts {
  constructor(
    private readonly attempts: PasswordAttempts,
    private readonly addresses: CountedAddresses,
    private readonly transactions: Transactions,
    private readonly config: AppConfig,
  ) {}

  /**
   * Counts an attempt, then runs `attempt` in a transaction. It resolves to null when the factor was wrong.
   * @param userId whose factor it is. Null when no account counts it.
   * @throws `too_many_attempts`, `busy`: nothing was compared then; what `attempt` throws, which counts as no failure.
   */
  async count<T>(
    by: Caller,
    userId: string | null,
    attempt: (tx: EntityManager) => Promise<T | null>,
  ): Promise<T | null> {
    const counters = this.#countersFor(by, userId);
    const reservation = await this.attempts.reserve({ by, userId, counters, reason: 'second_factor' });
    let result: T | null;
    try {
      result = await this.transactions.run(attempt);
    } catch (error) {
      await this.attempts.release(reservation);
      throw error;
    }
    await (result === null ? this.attempts.fail(reservation) : this.attempts.clear(reservation));
    return result;
  }

  #countersFor(by: Caller, userId: string | null): Counter[] {
    const { ip } = by.request;
    const { failuresPerAccount, failuresPerAddress } = this.config.limits;
    const counters: Counter[] = [];
    if (ip !== null)
      counters.push({ of: 'address', key: `address:${this.addresses.of(ip)}`, limit: failuresPerAddress });
    if (by.type === 'session')
      counters.push({ of: 'session', key: `factor-session:${by.sessionId}`, limit: failuresPerAccount });
    else if (userId !== null)
      counters.push({ of: 'account', key: `factor:${userId}`, limit: failuresPerAccount });
    return counters;
  }
}
