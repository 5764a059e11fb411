import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { Transactions } from '../../database/transactions.js';
import { Quota } from '../quota/quota.js';
import { difference, NO_USAGE } from '../quota/usage.js';
import { BlobLedger } from './blob-ledger.js';
import { BlobSweep } from './blob-sweep.js';
import { FileVersion } from './file-version.entity.js';
import { footprintOf } from './footprint.js';
import { StoredFile } from './stored-file.entity.js';

/**
 * Removes files with all their contents, for good. The rows go first: a crash leaves bytes for the sweep, never a row without
 * bytes.
 */
@Injectable()
export class FileRemoval {
  constructor(
    private readonly ledger: BlobLedger,
    private readonly sweep: BlobSweep,
    private readonly quota: Quota,
    private readonly transactions: Transactions,
  ) {}

  /** Like `removeRows`. The bytes are removed once the transaction has committed. */
  async remove(tx: EntityManager, files: readonly StoredFile[]): Promise<void> {
    const blobKeys = await this.removeRows(tx, files);
    this.transactions.afterCommit(tx, () => this.sweep.remove(blobKeys));
  }

  /**
   * Removes the rows of files of one owner, at most a few hundred. The caller has locked them in this transaction, and
   * calls `removeBytes` after its commit, or after the commits of many such transactions.
   * @returns the keys of these bytes.
   */
  async removeRows(tx: EntityManager, files: readonly StoredFile[]): Promise<string[]> {
    const [first] = files;
    if (first === undefined) return [];
    const fileId = In(files.map(({ id }) => id));
    const versions = await tx.find(FileVersion, { select: { blobKey: true }, where: { fileId } });
    const blobKeys = [...new Set([...files, ...versions].map(({ blobKey }) => blobKey))];
    // The foreign key removes the versions with them.
    await tx.delete(StoredFile, { id: fileId });
    await this.ledger.condemn(tx, blobKeys);
    const freed = files.reduce((change, file) => difference(change, footprintOf(file)), NO_USAGE);
    await this.quota.charge(tx, first.ownerId, freed);
    return blobKeys;
  }

  /** Removes the bytes of all rows that were removed. Together: a storage removes many objects faster than each alone. */
  removeBytes(): Promise<void> {
    return this.sweep.removeCondemned();
  }
}
