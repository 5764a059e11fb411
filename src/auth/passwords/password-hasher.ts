import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import bcrypt from 'bcrypt';
import { AppConfig } from '../../config/app-config.js';
import { BoundedQueue } from './bounded-queue.js';
import { bcryptInput } from './password-policy.js';

/** Milliseconds that a hash of cost 10 takes on a slow machine; doubles with every step of the cost. */
const COST_10_MS = 60;
const MAX_WAIT_MS = 10_000;
/** Characters of a bcrypt hash behind its cost: 22 of salt, 31 of digest. */
const SALT_AND_DIGEST = 53;

/**
 * bcrypt behind a bounded queue. Hashing shares libuv's threads with the file system, and the cores with
 * everything else, so it gets all cores but one and never delays a download for long.
 */
@Injectable()
export class PasswordHasher {
  readonly #cost: number;
  readonly #queue: BoundedQueue;
  /** Compared with when nobody has the e-mail: no password matches it, and it costs what a real one costs. */
  readonly #dummy: string;

  constructor(config: AppConfig) {
    this.#cost = config.auth.bcryptCost;
    const concurrency = Math.max(1, Math.min(availableParallelism() - 1, 3));
    this.#dummy = `$2b$${this.#cost}$${randomBytes(40).toString('hex').slice(0, SALT_AND_DIGEST)}`;
    this.#queue = new BoundedQueue(concurrency, MAX_WAIT_MS, COST_10_MS * 2 ** (this.#cost - 10));
  }

  /** Hashes that run or wait. */
  get depth(): number {
    return this.#queue.depth;
  }

  /**
   * The `$2b$` hash of an acceptable password.
   * @throws `busy` when too many hashes wait.
   */
  async hash(password: string): Promise<string> {
    const input = bcryptInput(password);
    if (input === null) throw new Error('a password that the policy refuses was about to be hashed');
    return this.#queue.run(() => bcrypt.hash(input, this.#cost));
  }

  /**
   * Whether `password` is the one behind `hash`. Without a hash (nobody has that e-mail), or with a password
   * that cannot be anybody's, it spends the same time and answers false.
   * @throws `busy` when too many hashes wait.
   */
  async verify(password: string, hash: string | null): Promise<boolean> {
    const input = bcryptInput(password);
    const matches = await this.#queue.run(() => bcrypt.compare(input ?? '', hash ?? this.#dummy));
    return matches && hash !== null && input !== null;
  }

  /** True when the configured cost is not the one `hash` was made with. */
  needsRehash(hash: string): boolean {
    return bcrypt.getRounds(hash) !== this.#cost;
  }
}
