import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, LessThan, Not, Repository } from 'typeorm';
import { errors } from '../../common/refusals/errors.js';
import { inBatches } from '../../common/in-batches.js';
import { newId } from '../../common/ids.js';
import { fromNow, now } from '../../common/time.js';
import { within } from '../../common/within.js';
import { AppConfig } from '../../config/app-config.js';
import { Transactions } from '../../database/transactions.js';
import { PendingBlob } from './pending-blob.entity.js';
import { ObjectStorage } from '../storage/object-storage.js';

const LEASE_MS = 15 * 60_000;
const SWEEP_EVERY_MS = 5 * 60_000;
const BATCH = 500;
/** Objects that are removed side by side. */
const AT_ONCE = 8;
/** How long a client waits for the removal of bytes that are on record for it. */
const REMOVAL_WAIT_MS = 2000;
/** The lease of a key that will never have a row: its bytes may go. */
const CONDEMNED = '1970-01-01T00:00:00.000Z';
/** After every lease. */
const NEVER = '9999-12-31T23:59:59.999Z';

/**
 * Keeps account of bytes without a row, so that no crash leaves bytes that nobody knows of: a key is written
 * here before its first byte is stored and crossed out by the transaction that makes its row; a deletion
 * writes it here again in the transaction that removes the row. Whatever stays is swept.
 *
 * Bytes are removed only when their key has been condemned here, and a condemned key gets no row. So it does not matter
 * who is wrong about whom: a commit whose answer was lost, or a process that stood still until its lease had ended.
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

  /**
   * Crosses a key out, in the transaction that gives it its row.
   * @throws `storage_unavailable` when it was condemned meanwhile: its bytes are gone.
   */
  async settle(tx: EntityManager, blobKey: string): Promise<void> {
    const { affected } = await tx.delete(PendingBlob, { blobKey, leaseUntil: Not(CONDEMNED) });
    if (affected !== 1) throw errors.storageUnavailable(new Error(`the lease of ${blobKey} has ended`));
    this.transactions.afterCommit(tx, () => void this.#writing.delete(blobKey));
  }

  /** Puts keys on record for removal, in the transaction that takes their rows; `remove` them once it has committed. */
  async condemn(tx: EntityManager, blobKeys: readonly string[]): Promise<void> {
    for (const batch of inBatches(blobKeys, BATCH)) {
      await tx.insert(
        PendingBlob,
        batch.map((blobKey) => ({ blobKey, leaseUntil: CONDEMNED })),
      );
    }
  }

  /**
   * Removes the bytes of condemned keys, and resolves when they are gone, or after 2 s: it then goes on behind the answer. What
   * fails is reported and left to the sweep.
   */
  async remove(blobKeys: readonly string[]): Promise<void> {
    await this.#soon(this.#remove(blobKeys));
  }

  /** Removes the bytes of a reserved key in the same way, unless it has its row after all. */
  async discard(blobKey: string): Promise<void> {
    this.#writing.delete(blobKey);
    await this.#soon(this.#condemnAndRemove([blobKey], NEVER));
  }

  /** Removes everything whose lease ended before `before` and that this process is not writing. */
  async sweep(before: string): Promise<void> {
    for (;;) {
      const due = await this.pending.find({ where: { leaseUntil: LessThan(before) }, take: BATCH });
      const keys = due.map(({ blobKey }) => blobKey).filter((key) => !this.#writing.has(key));
      if (keys.length === 0) return;
      await this.#condemnAndRemove(keys, before);
    }
  }

  async #maintain(): Promise<void> {
    for (const batch of inBatches([...this.#writing], BATCH)) {
      await this.transactions.run(async (tx) => {
        const alive = { blobKey: In(batch), leaseUntil: Not(CONDEMNED) };
        await tx.update(PendingBlob, alive, { leaseUntil: fromNow(LEASE_MS) });
      });
    }
    await this.sweep(now());
  }

  /** Waits for a transaction that is giving one of them its row; that one is then no longer on record. */
  async #condemnAndRemove(blobKeys: readonly string[], leaseBefore: string): Promise<void> {
    const condemned = await this.transactions.run(async (tx) => {
      const keys = { blobKey: In(blobKeys) };
      await tx.update(PendingBlob, { ...keys, leaseUntil: LessThan(leaseBefore) }, { leaseUntil: CONDEMNED });
      return tx.findBy(PendingBlob, { ...keys, leaseUntil: CONDEMNED });
    });
    await this.#remove(condemned.map(({ blobKey }) => blobKey));
  }

  /** @throws what kept one of them, when the others of its batch are gone. */
  async #remove(condemned: readonly string[]): Promise<void> {
    for (const batch of inBatches(condemned, BATCH)) {
      const { removed, failures } = await this.#removeBytes(batch);
      await this.transactions.run(async (tx) => {
        await tx.delete(PendingBlob, { blobKey: In(removed) });
      });
      if (failures.length > 0) throw failures[0];
    }
  }

  /** Goes on past single ones that cannot be removed, and gives up where none can. */
  async #removeBytes(blobKeys: readonly string[]): Promise<{ removed: string[]; failures: unknown[] }> {
    const removed: string[] = [];
    const failures: unknown[] = [];
    for (const few of inBatches(blobKeys, AT_ONCE)) {
      const outcomes = await Promise.allSettled(few.map((blobKey) => this.storage.delete(blobKey)));
      const failed = outcomes.filter(isRejected);
      removed.push(...few.filter((_, index) => outcomes[index]?.status === 'fulfilled'));
      failures.push(...failed.map(({ reason }): unknown => reason));
      if (failed.length === few.length) break;
    }
    return { removed, failures };
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

function isRejected(outcome: PromiseSettledResult<void>): outcome is PromiseRejectedResult {
  return outcome.status === 'rejected';
}
