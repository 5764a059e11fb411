import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Caller } from '../../events/event-actor.js';
import { blockOf } from '../../common/access/address-block.js';
import { type CountedAttempt, PasswordAttempts, type Reservation } from './password-attempts.js';
import { type Attempt, SignInAttempts } from './sign-in-attempts.js';
import { HashBudget } from './hash-budget.js';
import { PasswordHasher } from './password-hasher.js';

/**
 * Verifies and hashes the passwords of requests. Limits the hashes of an address and the number of guesses.
 */
@Injectable()
export class Passwords {
  constructor(
    private readonly hasher: PasswordHasher,
    private readonly budget: HashBudget,
    private readonly signIns: SignInAttempts,
    private readonly attempts: PasswordAttempts,
  ) {}

  /**
   * True when `password` belongs to `hash`. `hash` is null for an unknown e-mail; the result is then false
   * after the same time. A wrong password counts as a failed sign-in of the account and of the address. A
   * right one clears the failures of the account.
   * @throws `rate_limited`, `too_many_attempts`, `busy`: the password was then not compared.
   */
  verify(attempt: Attempt, password: string, hash: string | null): Promise<boolean> {
    return this.verifyCounted(attempt.by, () => this.signIns.counted(attempt), password, hash);
  }

  /**
   * Like `verify`, for a password that is not one of an account.
   * @throws `rate_limited`, `too_many_attempts`, `busy`: the password was then not compared.
   */
  verifyCounted(
    by: Caller,
    counted: () => CountedAttempt | Promise<CountedAttempt>,
    password: string,
    hash: string | null,
  ): Promise<boolean> {
    return this.budget.spend(by, async () => {
      const reservation = await this.attempts.reserve(await counted());
      const right = await this.#compare(by, reservation, password, hash);
      if (right) await this.attempts.clear(reservation);
      else await this.attempts.fail(reservation);
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

  /**
   * A new hash of a verified password, when `hash` does not have the configured cost. Otherwise null. @throws
   * `busy`.
   */
  async rehash(by: Caller, password: string, hash: string): Promise<string | null> {
    return this.hasher.needsRehash(hash) ? this.hasher.hash(password, blockOf(by.request)) : null;
  }

  /** Forgets the failed sign-ins of an account, when its owner has shown in another way who they are. */
  async forgive(tx: EntityManager, userId: string, email: string): Promise<void> {
    await this.signIns.forgive(tx, userId, email);
  }

  /** Gives the attempt back when too many hashes wait and the password was not compared. */
  async #compare(
    by: Caller,
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
