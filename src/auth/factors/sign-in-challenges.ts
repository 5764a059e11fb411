import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type EntityManager, LessThan, MoreThan } from 'typeorm';
import { Housekeeping } from '../../common/lifecycle/housekeeping.js';
import { errors } from '../../common/refusals/errors.js';
import { fromNow, now } from '../../common/time.js';
import { Transactions } from '../../database/transactions.js';
import type { User } from '../../users/user.entity.js';
import { SignInChallenge } from './sign-in-challenge.entity.js';

const TTL_MS = 5 * 60_000;
const MAX_TRIES = 5;
const CHALLENGE_BYTES = 32;

/** Sign-ins that wait for a second factor: for five minutes, for five tries, and for one success. */
@Injectable()
export class SignInChallenges {
  constructor(
    private readonly transactions: Transactions,
    housekeeping: Housekeeping,
  ) {
    housekeeping.register('sign-in challenges', () => this.#expire());
  }

  /** @returns what the client sends together with its factor. */
  async open(tx: EntityManager, user: User): Promise<string> {
    const challenge = randomBytes(CHALLENGE_BYTES).toString('base64url');
    const expiresAt = fromNow(TTL_MS);
    await tx.insert(SignInChallenge, {
      challengeHash: hashOf(challenge),
      userId: user.id,
      passwordMark: markOf(user),
      tries: 0,
      expiresAt,
    });
    return challenge;
  }

  /**
   * Counts a try, before the factor is compared, so that parallel tries do not exceed the limit.
   * @returns the challenge as stored.
   * @throws `invalid_challenge` when it is unknown, over, used, or was tried five times.
   */
  async try(challenge: string): Promise<SignInChallenge> {
    const challengeHash = hashOf(challenge);
    const found = await this.transactions.run(async (tx) => {
      const { affected } = await tx.update(
        SignInChallenge,
        { challengeHash, tries: LessThan(MAX_TRIES), expiresAt: MoreThan(now()) },
        { tries: () => 'tries + 1' },
      );
      return affected === 1 ? tx.findOneBy(SignInChallenge, { challengeHash }) : null;
    });
    if (found === null) throw errors.invalidChallenge();
    return found;
  }

  /** False when the password was changed after it was right. */
  isFor(user: User, passwordMark: string): boolean {
    return markOf(user) === passwordMark;
  }

  /** Uses the challenge up. @throws `invalid_challenge` when another request was first. */
  async close(tx: EntityManager, challenge: string): Promise<void> {
    const { affected } = await tx.delete(SignInChallenge, { challengeHash: hashOf(challenge) });
    if (affected !== 1) throw errors.invalidChallenge();
  }

  async #expire(): Promise<void> {
    await this.transactions.run(
      async (tx) => void (await tx.delete(SignInChallenge, { expiresAt: LessThan(now()) })),
    );
  }
}

/** A hash of the stored hash. */
function markOf({ passwordHash }: User): string {
  return createHash('sha256').update(passwordHash).digest('hex');
}

function hashOf(challenge: string): string {
  return createHash('sha256').update(challenge).digest('hex');
}
