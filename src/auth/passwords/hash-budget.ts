import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { errors } from '../../common/refusals/errors.js';
import { AppConfig } from '../../config/app-config.js';
import { type Caller, userOf } from '../../events/event-actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import { blockOf } from '../../common/access/address-block.js';
import { expectedHashMs, HASHES_AT_ONCE } from './hash-capacity.js';

/** The whole budget of an address: the hashes that this process makes in so long. */
const BURST_MS = 100_000;
/** How fast a budget fills again: this share of what the process can hash. */
const SHARE = 0.5;
const ADDRESSES = 10_000;
const RECORD_EVERY_MS = 15 * 60_000;

/** The hashes that an address has left. Times are those of `performance.now()`. */
interface Account {
  left: number;
  at: number;
  recordedAt: number;
}

/**
 * Limits the hashes that the requests of one address (IPv6: /64) may cause in this process: at cost 14 on two cores 104 at
 * once, then 31 a minute. So one address never takes more than half of what the machine can hash, and that is enough for an
 * office. The 10,000 addresses that asked last are remembered; any other has its whole budget.
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
   * Calls `work`, which makes one hash for the caller. When it rejects, it has made none, and the caller has it back.
   * @throws `rate_limited` with Retry-After, before any work; recorded once in 15 minutes.
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
      await this.events.publish({ type: 'rate.limited', actor: by, userId: userOf(by), reason: 'passwords' });
    }
    throw errors.rateLimited((1 - account.left) / this.#perMs / 1000);
  }
}
