import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, LessThan, Not, Repository } from 'typeorm';
import { ApiError } from '../../common/refusals/refusal.js';
import { errors } from '../../common/refusals/errors.js';
import { inBatches } from '../../common/in-batches.js';
import { newId } from '../../common/ids.js';
import { fromNow } from '../../common/time.js';
import { findForUpdate } from '../../database/find-for-update.js';
import { Transactions } from '../../database/transactions.js';
import { PendingBlob } from './pending-blob.entity.js';
import { Quota } from '../quota/quota.js';
import { NO_USAGE } from '../quota/usage.js';

/** How long a key is safe from the sweep without being renewed. */
export const LEASE_MS = 15 * 60_000;
const BATCH = 500;
/** Keys whose bytes are removed together: the storage then syncs less. */
const SWEPT_TOGETHER = 5000;
/** The lease of a key that an unfinished upload names. No sweep reaches it; the upload ends it. */
export const UNFINISHED = '9999-12-31T23:59:59.998Z';
/** The lease of a key whose bytes may be removed. Such a key never gets a row. */
export const CONDEMNED = '1970-01-01T00:00:00.000Z';

/**
 * Lists the bytes that have no row, so that bytes left by a crash are found again.
 * A key is listed here before its first byte is stored. The transaction that inserts the row of the file
 * removes it from the list. The transaction that deletes the row puts it back. What stays in the list is
 * swept by `BlobSweep` when its lease has ended.
 *
 * Bytes are removed only after their key was condemned here, and a condemned key gets no row. This is safe
 * when the answer to a commit was lost, and when a process stood still until its lease had ended.
 */
@Injectable()
export class BlobLedger {
  /** Keys that this process is writing. Their leases are renewed until the write ends. */
  readonly #writing = new Set<string>();

  constructor(
    @InjectRepository(PendingBlob) private readonly pending: Repository<PendingBlob>,
    private readonly transactions: Transactions,
    private readonly quota: Quota,
  ) {}

  /**
   * Makes a new key and puts it on the ledger, with `bytes` reserved in the owner's quota. Call it before anything is stored
   * under the key.
   * @throws `quota_exceeded`.
   */
  async reserve(ownerId: string, bytes: number): Promise<string> {
    const blobKey = newId();
    await this.transactions.run(async (tx) => {
      await tx.insert(PendingBlob, { blobKey, leaseUntil: fromNow(LEASE_MS), ownerId, reserved: bytes });
      await this.quota.charge(tx, ownerId, { ...NO_USAGE, reserved: bytes });
    });
    this.#writing.add(blobKey);
    return blobKey;
  }

  /** Reserves `total` bytes for a key in all. @throws `quota_exceeded`; `storage_unavailable` when the key was condemned before. */
  async extend(blobKey: string, total: number): Promise<void> {
    await this.fit(blobKey, () => this.transactions.run((tx) => this.#hold(tx, blobKey, total)));
  }

  /**
   * Calls `work`, which reserves or counts the bytes of a key. When the quota refuses it, the key gives its reservation back and
   * `work` is called once more. So an upload that is refused holds nothing meanwhile, and of uploads in parallel as many
   * succeed as there is room for.
   */
  async fit<T>(blobKey: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'quota_exceeded')) throw error;
      await this.transactions.run((tx) => this.#hold(tx, blobKey, 0));
      return work();
    }
  }

  /**
   * Removes a key from the ledger, in the transaction that inserts the row of its content.
   * @returns the bytes that were reserved for it. The caller gives them back in the same charge that counts the content.
   * @throws `storage_unavailable` when the key was condemned before: its bytes are gone.
   */
  async settle(tx: EntityManager, blobKey: string): Promise<number> {
    const { reserved } = await this.#claim(tx, blobKey);
    await tx.delete(PendingBlob, { blobKey });
    this.transactions.afterCommit(tx, () => void this.#writing.delete(blobKey));
    return reserved;
  }

  /** Marks keys for removal, in the transaction that deletes their rows. `BlobSweep` removes their bytes after its commit. */
  async condemn(tx: EntityManager, blobKeys: readonly string[]): Promise<void> {
    for (const batch of inBatches(blobKeys, BATCH)) {
      await tx.insert(
        PendingBlob,
        batch.map((blobKey) => ({ blobKey, leaseUntil: CONDEMNED, ownerId: null, reserved: 0 })),
      );
    }
  }

  /** This process no longer writes the key: its lease ends by itself. */
  release(blobKey: string): void {
    this.#writing.delete(blobKey);
  }

  /** Renews the leases of the keys that this process is writing. */
  async renew(): Promise<void> {
    for (const batch of inBatches([...this.#writing], BATCH)) {
      await this.transactions.run(async (tx) => {
        const leased = { blobKey: In(batch), leaseUntil: Not(In([CONDEMNED, UNFINISHED])) };
        await tx.update(PendingBlob, leased, { leaseUntil: fromNow(LEASE_MS) });
      });
    }
  }

  /** Keys whose lease ended before `before`, at most a few thousand, except the keys that this process is writing. */
  async due(before: string): Promise<string[]> {
    const due = await this.pending.find({
      select: { blobKey: true },
      where: { leaseUntil: LessThan(before) },
      take: SWEPT_TOGETHER,
    });
    return due.map(({ blobKey }) => blobKey).filter((key) => !this.#writing.has(key));
  }

  /**
   * Condemns the keys whose lease ended before `before`, and gives back what was reserved for them.
   * Waits for a transaction that is inserting the row of one of the keys. That key is then no longer on the
   * ledger, and keeps its bytes.
   * @returns the keys that are condemned now.
   */
  async condemnEnded(blobKeys: readonly string[], before: string): Promise<string[]> {
    const condemned: string[] = [];
    for (const batch of inBatches(blobKeys, BATCH)) {
      const ended = await this.transactions.run((tx) => this.#condemnEnded(tx, batch, before));
      condemned.push(...ended.map(({ blobKey }) => blobKey));
    }
    return condemned;
  }

  /** Strikes keys off the ledger whose bytes are gone. */
  async strike(blobKeys: readonly string[]): Promise<void> {
    for (const batch of inBatches(blobKeys, BATCH)) {
      await this.transactions.run(async (tx) => {
        await tx.delete(PendingBlob, { blobKey: In(batch) });
      });
    }
  }

  async #condemnEnded(
    tx: EntityManager,
    blobKeys: readonly string[],
    leaseBefore: string,
  ): Promise<PendingBlob[]> {
    const due = { blobKey: In(blobKeys), leaseUntil: LessThan(leaseBefore) };
    const ended = await findForUpdate(tx, PendingBlob, due);
    const alive = ended.filter(({ leaseUntil }) => leaseUntil !== CONDEMNED);
    if (alive.length > 0) {
      const keys = { blobKey: In(alive.map(({ blobKey }) => blobKey)) };
      await tx.update(PendingBlob, keys, { leaseUntil: CONDEMNED, reserved: 0 });
      await this.#giveBack(tx, alive);
    }
    return ended;
  }

  /** The entry of a key that was not condemned; nobody else changes it until the transaction ends. */
  async #claim(tx: EntityManager, blobKey: string): Promise<{ ownerId: string; reserved: number }> {
    const [entry] = await findForUpdate(tx, PendingBlob, { blobKey, leaseUntil: Not(CONDEMNED) });
    if (entry?.ownerId == null)
      throw errors.storageUnavailable(new Error(`the lease of ${blobKey} has ended`));
    return { ownerId: entry.ownerId, reserved: entry.reserved };
  }

  /** Changes what is reserved for a key. */
  async #hold(tx: EntityManager, blobKey: string, total: number): Promise<void> {
    const { ownerId, reserved } = await this.#claim(tx, blobKey);
    if (total === reserved) return;
    await tx.update(PendingBlob, { blobKey }, { reserved: total });
    await this.quota.charge(tx, ownerId, { ...NO_USAGE, reserved: total - reserved });
  }

  /** Gives back what was reserved for keys. Owners in order: two sweeps must not wait for each other. */
  async #giveBack(tx: EntityManager, ended: readonly PendingBlob[]): Promise<void> {
    const byOwner = new Map<string, number>();
    for (const { ownerId, reserved } of ended) {
      if (ownerId !== null) byOwner.set(ownerId, (byOwner.get(ownerId) ?? 0) + reserved);
    }
    for (const [ownerId, reserved] of [...byOwner].sort()) {
      await this.quota.charge(tx, ownerId, { ...NO_USAGE, reserved: -reserved });
    }
  }
}
