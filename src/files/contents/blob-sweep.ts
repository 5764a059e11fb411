import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { fromNow, now } from '../../common/time.js';
import { within } from '../../common/within.js';
import { AppConfig } from '../../config/app-config.js';
import { Transactions } from '../../database/transactions.js';
import { BlobLedger, LEASE_MS } from './blob-ledger.js';
import { ObjectStorage } from '../storage/object-storage.js';

const SWEEP_EVERY_MS = 5 * 60_000;
/** How long a request waits for the removal of bytes. The removal then continues in the background. */
const REMOVAL_WAIT_MS = 2000;
/** Later than the lease of a condemned key, and earlier than any other. */
const AFTER_CONDEMNED = '1970-01-01T00:00:00.001Z';
/** Later than every lease. */
const NEVER = '9999-12-31T23:59:59.999Z';

/** Removes the bytes whose keys are on the ledger and may go: at once after a deletion or a failure, and every few minutes. */
@Injectable()
export class BlobSweep implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(BlobSweep.name);
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly ledger: BlobLedger,
    private readonly storage: ObjectStorage,
    private readonly transactions: Transactions,
    private readonly config: AppConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    // Only one process uses the embedded database. What is pending at its start was left by a crash.
    await this.#report(this.sweep(this.config.database.kind === 'sqlite' ? fromNow(LEASE_MS) : now()));
    this.#timer = setInterval(() => void this.#report(this.#maintain()), SWEEP_EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.#timer);
  }

  /** Condemns keys in the transaction that deletes their rows, and removes their bytes once it has committed. */
  async removeWith(tx: EntityManager, blobKeys: readonly string[]): Promise<void> {
    await this.ledger.condemn(tx, blobKeys);
    this.transactions.afterCommit(tx, () => this.remove(blobKeys));
  }

  /**
   * Removes the bytes of condemned keys. Resolves when they are gone, or after 2 s; the removal then
   * continues in the background.
   * A failure is logged, and the next sweep tries again.
   */
  async remove(blobKeys: readonly string[]): Promise<void> {
    await this.#soon(this.#remove(blobKeys));
  }

  /**
   * Removes the bytes of reserved keys like `remove`, but keeps those of keys that have a row.
   * @param leaseBefore keys with a later lease stay too.
   */
  async discard(blobKeys: readonly string[], leaseBefore = NEVER): Promise<void> {
    if (blobKeys.length === 0) return;
    for (const blobKey of blobKeys) this.ledger.release(blobKey);
    await this.#soon(this.#condemnAndRemove(blobKeys, leaseBefore));
  }

  /** Removes every key whose lease ended before `before`, except the keys that this process is writing. */
  async sweep(before: string): Promise<void> {
    for (;;) {
      const keys = await this.ledger.due(before);
      if (keys.length === 0) return;
      await this.#condemnAndRemove(keys, before);
    }
  }

  /** Removes the bytes of all condemned keys. A failure is logged, and the next sweep tries again. */
  async removeCondemned(): Promise<void> {
    await this.#report(this.sweep(AFTER_CONDEMNED));
  }

  async #maintain(): Promise<void> {
    await this.ledger.renew();
    await this.sweep(now());
  }

  async #condemnAndRemove(blobKeys: readonly string[], leaseBefore: string): Promise<void> {
    await this.#remove(await this.ledger.condemnEnded(blobKeys, leaseBefore));
  }

  /** @throws the first failure, after the other keys were removed. */
  async #remove(condemned: readonly string[]): Promise<void> {
    const { removed, failures } = await this.storage.deleteAll(condemned);
    await this.ledger.strike(removed);
    if (failures[0] !== undefined) throw failures[0];
  }

  async #soon(work: Promise<void>): Promise<void> {
    await within(REMOVAL_WAIT_MS, this.#report(work), () => undefined);
  }

  async #report(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#logger.error(
        { err: error as Error },
        'bytes without a row could not be removed; the next sweep tries again',
      );
    }
  }
}
