import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, LessThan } from 'typeorm';
import { Housekeeping } from '../../../common/lifecycle/housekeeping.js';
import { randomOctets } from '../../../common/random-octets.js';
import { errors } from '../../../common/refusals/errors.js';
import { fromNow } from '../../../common/time.js';
import { AppConfig } from '../../../config/app-config.js';
import { isUniqueViolation } from '../../../database/driver-errors.js';
import { Transactions } from '../../../database/transactions.js';
import { MasterKeys } from '../../../encryption/master-keys.js';
import { UsedChallenge } from './used-challenge.entity.js';

/** How long a challenge can be answered. */
export const CHALLENGE_MS = 5 * 60_000;
const NONCE_BYTES = 16;
const TIME_BYTES = 6;
const HEAD_BYTES = NONCE_BYTES + TIME_BYTES;
const KEY_BYTES = 32;

/** What an answer to a challenge opens. One for one thing opens no other. */
type Purpose = 'sign_in' | 'confirmation' | 'enrolment';

/** What a challenge is for. Without a session, it is for anybody. */
export interface ChallengeUse {
  readonly purpose: Purpose;
  readonly sessionId?: string;
}

/** A challenge that is authentic and not over. */
export type OpenChallenge = Readonly<UsedChallenge>;

/**
 * Challenges that passkeys sign: for five minutes, for one purpose, and for one success.
 *
 * Anybody may ask for one, so asking stores nothing. A challenge is a random number and the time when it is over, with a
 * MAC under a key that all processes derive from the master key, or without one from `FACTOR_KEY`. Only what a right signature has used up is stored, until
 * it would be over in any case.
 */
@Injectable()
export class PasskeyChallenges {
  /** The first makes MACs, all of them verify. */
  readonly #keys: readonly [KeyObject, ...KeyObject[]];

  constructor(
    private readonly transactions: Transactions,
    config: AppConfig,
    housekeeping: Housekeeping,
    @Inject(MasterKeys) masterKeys: MasterKeys | null,
  ) {
    this.#keys = masterKeys?.macKeys('passkey challenge') ?? [ofFactorKey(config.auth.factorKey!)];
    housekeeping.register('used passkey challenges', () => this.#forgetOld());
  }

  /** @returns the challenge in base64url, as it stands in the options for the browser. */
  issue(use: ChallengeUse): string {
    const head = Buffer.alloc(HEAD_BYTES);
    randomOctets(NONCE_BYTES).copy(head);
    head.writeUIntBE(Date.now() + CHALLENGE_MS, NONCE_BYTES, TIME_BYTES);
    return Buffer.concat([head, macOf(head, use, this.#keys[0])]).toString('base64url');
  }

  /** @throws `invalid_challenge` when it was not issued for this use, or is over. */
  require(challenge: string, use: ChallengeUse): OpenChallenge {
    const bytes = Buffer.from(challenge, 'base64url');
    const head = bytes.subarray(0, HEAD_BYTES);
    const mac = bytes.subarray(HEAD_BYTES);
    const isOf = (key: KeyObject) => {
      const expected = macOf(head, use, key);
      return mac.length === expected.length && timingSafeEqual(mac, expected);
    };
    if (!this.#keys.some(isOf)) throw errors.invalidChallenge();
    const expires = head.readUIntBE(NONCE_BYTES, TIME_BYTES);
    if (expires <= Date.now()) throw errors.invalidChallenge();
    return {
      nonce: head.toString('base64url', 0, NONCE_BYTES),
      expiresAt: new Date(expires).toISOString(),
    };
  }

  /**
   * Uses a challenge up, in the transaction of what it opens.
   * @throws `invalid_challenge` when another request was first, on any process.
   */
  async use(tx: EntityManager, challenge: OpenChallenge): Promise<void> {
    try {
      await tx.insert(UsedChallenge, challenge);
    } catch (error) {
      if (isUniqueViolation(error)) throw errors.invalidChallenge();
      throw error;
    }
  }

  /** Later than the challenges are over, because the clocks of other processes may be behind. */
  async #forgetOld(): Promise<void> {
    await this.transactions.run(
      async (tx) => void (await tx.delete(UsedChallenge, { expiresAt: LessThan(fromNow(-CHALLENGE_MS)) })),
    );
  }
}

function macOf(head: Buffer, { purpose, sessionId = '' }: ChallengeUse, key: KeyObject): Buffer {
  return createHmac('sha256', key).update(head).update(`${purpose} ${sessionId}`).digest();
}

function ofFactorKey(factorKey: KeyObject): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', factorKey, '', 'passkey challenges', KEY_BYTES)));
}
