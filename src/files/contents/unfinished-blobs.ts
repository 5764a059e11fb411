import { Injectable } from '@nestjs/common';
import { type EntityManager, In, Not } from 'typeorm';
import { newId } from '../../common/ids.js';
import { errors } from '../../common/refusals/errors.js';
import { ApiError } from '../../common/refusals/refusal.js';
import { findForUpdate } from '../../database/find-for-update.js';
import { Transactions } from '../../database/transactions.js';
import { Quota } from '../quota/quota.js';
import { NO_USAGE } from '../quota/usage.js';
import type { NewKey } from '../storage/growing-storage.js';
import { BlobLedger, CONDEMNED, UNFINISHED } from './blob-ledger.js';
import { BlobSweep } from './blob-sweep.js';
import { FileVersion } from './file-version.entity.js';
import { PendingBlob } from './pending-blob.entity.js';
import { StoredFile } from './stored-file.entity.js';

/**
 * Keys on the ledger that rows of unfinished uploads name. The first key of an upload holds what is reserved for all of it. When
 * the upload becomes a file, the ledger settles that key as it does any other.
 */
@Injectable()
export class UnfinishedBlobs {
  constructor(
    private readonly ledger: BlobLedger,
    private readonly sweep: BlobSweep,
    private readonly quota: Quota,
    private readonly transactions: Transactions,
  ) {}

  /** Makes the first key of an upload, with all its bytes reserved for the owner. @throws `quota_exceeded`. */
  async open(tx: EntityManager, ownerId: string, bytes: number): Promise<string> {
    const blobKey = newId();
    await tx.insert(PendingBlob, { blobKey, leaseUntil: UNFINISHED, ownerId, reserved: bytes });
    await this.quota.charge(tx, ownerId, { ...NO_USAGE, reserved: bytes });
    return blobKey;
  }

  /**
   * Calls `work`, which makes further keys. They are safe while it runs. What no upload names when it fails is removed.
   */
  async withNewKeys<T>(ownerId: string, work: (newKey: NewKey) => Promise<T>): Promise<T> {
    const made: string[] = [];
    const newKey = async (): Promise<string> => {
      const blobKey = await this.ledger.reserve(ownerId, 0);
      made.push(blobKey);
      return blobKey;
    };
    try {
      return await work(newKey);
    } catch (error) {
      // A database or a storage that has just failed is not waited for: the sweep comes later.
      if (error instanceof ApiError) await this.sweep.discard(made, UNFINISHED);
      throw error;
    } finally {
      for (const blobKey of made) this.ledger.release(blobKey);
    }
  }

  /**
   * Call it once bytes can be stored under keys of an upload. Another request may have given the upload up before that, and
   * removed what was there until then. What is stored under keys that are given up is removed again.
   * @returns false when there are such keys.
   */
  keep(ownerId: string, blobKeys: readonly string[]): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      const alive = await tx.findBy(PendingBlob, { blobKey: In(blobKeys), leaseUntil: Not(CONDEMNED) });
      const missing = blobKeys.filter((key) => !alive.some(({ blobKey }) => blobKey === key));
      const strays: string[] = [];
      for (const blobKey of missing) if (!(await isOfFile(tx, ownerId, blobKey))) strays.push(blobKey);
      if (strays.length === 0) return true;
      const condemned = strays.map((blobKey) => ({ blobKey, leaseUntil: CONDEMNED, ownerId, reserved: 0 }));
      await tx.upsert(PendingBlob, condemned, ['blobKey']);
      this.transactions.afterCommit(tx, () => this.sweep.remove(strays));
      return false;
    });
  }

  /**
   * Changes the keys that an upload names, in the transaction that changes its row. What is reserved moves to the first one.
   * @throws `storage_unavailable` when a new key was swept before.
   */
  async rename(
    tx: EntityManager,
    before: readonly string[],
    after: readonly [string, ...string[]],
  ): Promise<void> {
    const added = after.filter((key) => !before.includes(key));
    const dropped = before.filter((key) => !after.includes(key));
    if (added.length > 0) {
      const alive = { blobKey: In(added), leaseUntil: Not(CONDEMNED) };
      const { affected } = await tx.update(PendingBlob, alive, { leaseUntil: UNFINISHED });
      if (affected !== added.length)
        throw errors.storageUnavailable(new Error('a key of the upload was swept'));
    }
    if (dropped.length === 0) return;
    const { reserved } = await this.#condemn(tx, dropped);
    if (reserved > 0) await tx.increment(PendingBlob, { blobKey: after[0] }, 'reserved', reserved);
  }

  /** Gives up keys with what is reserved for them. Their bytes are removed after the commit. */
  async drop(tx: EntityManager, blobKeys: readonly string[]): Promise<void> {
    if (blobKeys.length === 0) return;
    const { ownerId, reserved } = await this.#condemn(tx, blobKeys);
    if (ownerId !== null) await this.quota.charge(tx, ownerId, { ...NO_USAGE, reserved: -reserved });
  }

  async #condemn(
    tx: EntityManager,
    blobKeys: readonly string[],
  ): Promise<{ ownerId: string | null; reserved: number }> {
    const entries = await findForUpdate(tx, PendingBlob, {
      blobKey: In(blobKeys),
      leaseUntil: Not(CONDEMNED),
    });
    await tx.update(PendingBlob, { blobKey: In(blobKeys) }, { leaseUntil: CONDEMNED, reserved: 0 });
    this.transactions.afterCommit(tx, () => this.sweep.remove(blobKeys));
    const reserved = entries.reduce((sum, entry) => sum + entry.reserved, 0);
    return { ownerId: entries[0]?.ownerId ?? null, reserved };
  }
}

/** True when the bytes have become those of a file, or of an earlier content of one. */
async function isOfFile(tx: EntityManager, ownerId: string, blobKey: string): Promise<boolean> {
  return (
    (await tx.existsBy(StoredFile, { ownerId, blobKey })) || (await tx.existsBy(FileVersion, { blobKey }))
  );
}
