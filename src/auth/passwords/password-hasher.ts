import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import bcrypt from 'bcrypt';
import { AppConfig } from '../../config/app-config.js';
import { BoundedQueue } from './bounded-queue.js';
import { expectedHashMs, HASHES_AT_ONCE } from './hash-capacity.js';
import { bcryptInput } from './password-policy.js';

/** The longest wait. Together with the hash itself the answer comes within 15 s. */
const MAX_WAIT_MS = 8000;
/** Characters of a bcrypt hash after its cost: 22 of salt and 31 of digest. */
const SALT_AND_DIGEST = 53;

/** Runs bcrypt behind a bounded queue, because it uses threads that downloads need too. Owners take turns. */
@Injectable()
export class PasswordHasher {
  readonly #cost: number;
  readonly #queue: BoundedQueue;
  /**
   * The hash to compare with for an unknown e-mail. No password matches it, and the comparison takes the
   * normal time.
   */
  readonly #dummy: string;

  constructor(config: AppConfig) {
    this.#cost = config.auth.bcryptCost;
    this.#dummy = `$2b$${this.#cost}$${randomBytes(40).toString('hex').slice(0, SALT_AND_DIGEST)}`;
    this.#queue = new BoundedQueue(HASHES_AT_ONCE, MAX_WAIT_MS, expectedHashMs(this.#cost));
  }

  /** How many hashes run or wait. */
  get depth(): number {
    return this.#queue.depth;
  }

  /**
   * The `$2b$` hash of an acceptable password.
   * @throws `busy` when too many hashes wait.
   */
  async hash(password: string, owner: string): Promise<string> {
    const input = bcryptInput(password);
    if (input === null) throw new Error('a password that the policy refuses was about to be hashed');
    return this.#queue.run(owner, () => bcrypt.hash(input, this.#cost));
  }

  /**
   * True when `password` belongs to `hash`. Without a hash (unknown e-mail), and for a password that bcrypt
   * cannot take, the result is false after the same time.
   * @throws `busy` when too many hashes wait.
   */
  async verify(password: string, hash: string | null, owner: string): Promise<boolean> {
    const input = bcryptInput(password);
    const matches = await this.#queue.run(owner, () => bcrypt.compare(input ?? '', hash ?? this.#dummy));
    return matches && hash !== null && input !== null;
  }

  /** True when `hash` was made with another cost than the configured one. */
  needsRehash(hash: string): boolean {
    return bcrypt.getRounds(hash) !== this.#cost;
  }
}
