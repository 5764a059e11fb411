import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { errors } from '../../common/refusals/errors.js';
import { AppConfig } from '../../config/app-config.js';
import { type Caller, userOf } from '../../events/event-actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import { blockOf } from '../../common/access/address-block.js';
import { expectedHashMs, HASHES_AT_ONCE } from './hash-capacity.js';

/** The full budget of an address: the hashes that this process can make in this time, in milliseconds. */
const BURST_MS = 100_000;
/** A budget fills up again at this share of the hashes that the process can make. */
const SHARE = 0.5;
const ADDRESSES = 10_000;
const RECORD_EVERY_MS = 15 * 60_000;

/** The remaining hashes of an address. Times are those of `performance.now()`. */
interface Account {
  left: number;
  at: number;
  recordedAt: number;
}

/**
 * Limits the hashes that the requests of one address (IPv6: /64) can cause in this process. At cost 14 on two
 * cores these are 104 at once and then 31 a minute. So one address uses at most half of the hashing capacity
 * in the long run, which is enough for an office. The 10,000 most recent addresses are kept; every other
 * address has its full budget.
 */
@Injectable()
export class HashBudget {
  readonly #most: number;
  readonly #perMs: number;
  readonly #accounts = new LRUCache<string, Account>({ max: ADDRESSES });

  constructor(
    config: AppConfig,
    private readonly events: DomainEvents,
  ) {
    const capacityPerMs = HASHES_AT_ONCE / expectedHashMs(config.auth.bcryptCost);
    this.#most = Math.floor(BURST_MS * capacityPerMs);
    this.#perMs = SHARE * capacityPerMs;
  }

  /**
   * Calls `work`, which makes one hash for the caller. When it rejects, no hash was made and the budget is
   * given back.
   * @throws `rate_limited` with Retry-After, before any work. It is recorded once in 15 minutes.
   */
  async spend<T>(by: Caller, work: () => Promise<T>): Promise<T> {
    const account = this.#accountOf(blockOf(by.request));
    if (account.left < 1) await this.#refuse(by, account);
    account.left--;
    try {
      return await work();
    } catch (error) {
      account.left++;
      throw error;
    }
  }

  #accountOf(address: string): Account {
    const at = performance.now();
    const known = this.#accounts.get(address);
    if (known === undefined) {
      const account = { left: this.#most, at, recordedAt: -Infinity };
      this.#accounts.set(address, account);
      return account;
    }
    known.left = Math.min(this.#most, known.left + (at - known.at) * this.#perMs);
    known.at = at;
    return known;
  }

  async #refuse(by: Caller, account: Account): Promise<never> {
    if (account.at - account.recordedAt >= RECORD_EVERY_MS) {
      account.recordedAt = account.at;
      await this.events.publishRefusal({
        type: 'rate.limited',
        actor: by,
        userId: userOf(by),
        reason: 'passwords',
      });
    }
    throw errors.rateLimited((1 - account.left) / this.#perMs / 1000);
  }
}
