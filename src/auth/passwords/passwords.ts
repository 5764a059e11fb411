import { Injectable } from '@nestjs/common';
import type { Caller } from '../../events/event-actor.js';
import { blockOf } from '../../common/address-block.js';
import { type Attempt, type Reservation, SignInAttempts } from './sign-in-attempts.js';
import { HashBudget } from './hash-budget.js';
import { PasswordHasher } from './password-hasher.js';

/** Judges and hashes the passwords that requests bring, within what their address may cost and how often one may guess. */
@Injectable()
export class Passwords {
  constructor(
    private readonly hasher: PasswordHasher,
    private readonly budget: HashBudget,
    private readonly attempts: SignInAttempts,
  ) {}

  /**
   * Whether `password` is the one behind `hash`; null when nobody has the e-mail, which takes the same time. A wrong one
   * counts as a failed sign-in of the account and the address; a right one makes those of the account forgotten.
   * @throws `rate_limited`, `too_many_attempts`, `busy`: the password was then not looked at.
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

  /** A password that was never looked at, because too many hashes wait, costs no try. */
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
