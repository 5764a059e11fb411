import { Injectable } from '@nestjs/common';
import type { Caller } from '../../events/event-actor.js';
import { blockOf } from '../../common/access/address-block.js';
import { type Attempt, type Reservation, SignInAttempts } from './sign-in-attempts.js';
import { HashBudget } from './hash-budget.js';
import { PasswordHasher } from './password-hasher.js';

/** Verifies and hashes the passwords of requests: limits how much an address may have hashed, and how often one may guess. */
@Injectable()
export class Passwords {
  constructor(
    private readonly hasher: PasswordHasher,
    private readonly budget: HashBudget,
    private readonly attempts: SignInAttempts,
  ) {}

  /**
   * Whether `password` is the one behind `hash`. `hash` is null when nobody has the e-mail: the answer is then false, after
   * the same time. A wrong password counts as a failed sign-in of the account and of the address; a right one clears the
   * failures of the account.
   * @throws `rate_limited`, `too_many_attempts`, `busy`: the password was then not compared.
   */
  verify(attempt: Attempt, password: string, hash: string | null): Promise<boolean> {
    return this.budget.spend(attempt.by, async () => {
      const reservation = await this.attempts.reserve(attempt);
      const right = await this.#compare(attempt, reservation, password, hash);
      if (right) await this.attempts.clear(reservation);
      return right;
    });
  }

  /**
   * The hash of an acceptable new password.
   * @throws `rate_limited`, `busy`.
   */
  hash(by: Caller, password: string): Promise<string> {
    return this.budget.spend(by, () => this.hasher.hash(password, blockOf(by.request)));
  }

  /** A hash of the configured cost for a password that was verified; null when `hash` has it. @throws `busy`. */
  async rehash(by: Caller, password: string, hash: string): Promise<string | null> {
    return this.hasher.needsRehash(hash) ? this.hasher.hash(password, blockOf(by.request)) : null;
  }

  /** Gives the try back when the password was not compared because too many hashes wait. */
  async #compare(
    { by }: Attempt,
    reservation: Reservation,
    password: string,
    hash: string | null,
  ): Promise<boolean> {
    try {
      return await this.hasher.verify(password, hash, blockOf(by.request));
    } catch (error) {
      await this.attempts.release(reservation);
      throw error;
    }
  }
}
