import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, LessThan, Repository } from 'typeorm';
import { newId } from '../common/ids.js';
import { fromNow, now } from '../common/time.js';
import { AppConfig } from '../config/app-config.js';
import { Transactions } from '../database/transactions.js';
import { PendingBlob } from './pending-blob.entity.js';
import { ObjectStorage } from './storage/object-storage.js';

const LEASE_MS = 15 * 60_000;
const SWEEP_EVERY_MS = 5 * 60_000;
const BATCH = 500;

/**
 * Keeps account of bytes without a row, so that no crash leaves bytes that nobody knows of: a key is written
 * here before its first byte is stored and crossed out by the transaction that makes its row; a deletion
 * writes it here again in the transaction that removes the row. Whatever stays is swept.
 */
@Injectable()
export class BlobLedger implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(BlobLedger.name);
  /** Keys this process is writing; their leases are renewed for as long as that takes. */
  readonly #writing = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    @InjectRepository(PendingBlob) private readonly pending: Repository<PendingBlob>,
    private readonly storage: ObjectStorage,
    private readonly transactions: Transactions,
    private readonly config: AppConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    // The embedded database has one process: what is pending at its start is left from a crash.
    await this.#report(this.sweep(this.config.database.kind === 'sqlite' ? fromNow(LEASE_MS) : now()));
    this.#timer = setInterval(() => void this.#report(this.#maintain()), SWEEP_EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.#timer);
  }

  /** A fresh key, on record before anything is stored under it. */
  async reserve(): Promise<string> {
    const blobKey = newId();
    await this.transactions.run(async (tx) => {
      await tx.insert(PendingBlob, { blobKey, leaseUntil: fromNow(LEASE_MS) });
    });
    this.#writing.add(blobKey);
    return blobKey;
  }

  /** Crosses a key out, in the transaction that gives it its row. */
  async settle(tx: EntityManager, blobKey: string): Promise<void> {
    await tx.delete(PendingBlob, { blobKey });
    this.transactions.afterCommit(() => void this.#writing.delete(blobKey));
  }

  /** Puts keys on record for removal, in the transaction that takes their rows; their bytes go once it has committed. */
  async condemn(tx: EntityManager, blobKeys: readonly string[]): Promise<void> {
    const leaseUntil = now();
    for (let start = 0; start < blobKeys.length; start += BATCH) {
      const batch = blobKeys.slice(start, start + BATCH);
      await tx.insert(
        PendingBlob,
        batch.map((blobKey) => ({ blobKey, leaseUntil })),
      );
    }
  }

  /** Removes the bytes of reserved or condemned keys now. What fails is reported and left to the sweep. */
  async discard(blobKeys: readonly string[]): Promise<void> {
    for (const blobKey of blobKeys) this.#writing.delete(blobKey);
    await this.#report(this.#remove(blobKeys));
  }

  /** Removes everything whose lease ended before `before` and that this process is not writing. */
  async sweep(before: string): Promise<void> {
    for (;;) {
      const due = await this.pending.find({ where: { leaseUntil: LessThan(before) }, take: BATCH });
      const keys = due.map(({ blobKey }) => blobKey).filter((key) => !this.#writing.has(key));
      if (keys.length === 0) return;
      await this.#remove(keys);
    }
  }

  async #maintain(): Promise<void> {
    if (this.#writing.size > 0) {
      await this.transactions.run(async (tx) => {
        await tx.update(PendingBlob, { blobKey: In([...this.#writing]) }, { leaseUntil: fromNow(LEASE_MS) });
      });
    }
    await this.sweep(now());
  }

  async #remove(blobKeys: readonly string[]): Promise<void> {
    for (const blobKey of blobKeys) await this.storage.delete(blobKey);
    for (let start = 0; start < blobKeys.length; start += BATCH) {
      const batch = blobKeys.slice(start, start + BATCH);
      await this.transactions.run(async (tx) => {
        await tx.delete(PendingBlob, { blobKey: In(batch) });
      });
    }
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
