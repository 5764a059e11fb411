import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { Housekeeping } from '../../common/lifecycle/housekeeping.js';
import { fromNow, now } from '../../common/time.js';
import { isUniqueViolation } from '../../database/driver-errors.js';
import { Transactions } from '../../database/transactions.js';
import { RequestNonce } from './request-nonce.entity.js';

/** A signature may be 300 s ahead of the clock here, and is accepted for 300 s after its time. The rest is for clocks that differ. */
const KEPT_MS = 900_000;
const SWEEP_EVERY_MS = 60_000;

/** The nonces of signed requests. Each is good once for a key, over all processes. */
@Injectable()
export class RequestNonces {
  #sweptAt = performance.now();

  constructor(
    private readonly transactions: Transactions,
    housekeeping: Housekeeping,
  ) {
    housekeeping.register('nonces of signed requests', () => this.forget());
  }

  /** Uses a nonce up. @returns false when the key has used it before. */
  async spend(keyId: string, nonce: string): Promise<boolean> {
    try {
      await this.transactions.run(async (tx) => {
        await tx.insert(RequestNonce, { keyId, nonce, expiresAt: fromNow(KEPT_MS) });
      });
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
    await this.#sweep();
    return true;
  }

  /** Removes the nonces whose signatures are too old. */
  async forget(): Promise<void> {
    await this.transactions.run(async (tx) => {
      await tx.delete(RequestNonce, { expiresAt: LessThan(now()) });
    });
  }

  /** Once a minute, so that the table stays small between two runs of the hourly tasks. */
  async #sweep(): Promise<void> {
    if (performance.now() - this.#sweptAt < SWEEP_EVERY_MS) return;
    this.#sweptAt = performance.now();
    await this.forget();
  }
}
