import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull, Not } from 'typeorm';
import { errors } from '../../common/refusals/errors.js';
import { now } from '../../common/time.js';
import { AppConfig } from '../../config/app-config.js';
import { StorageUsage } from './storage-usage.entity.js';
import { total, type Usage } from './usage.js';

/** The quota that applies: the user's own, else the general one. */
const QUOTA = 'COALESCE(quota_bytes, :general)';
const USED = 'files_bytes + versions_bytes + trash_bytes + reserved_bytes';

/**
 * Counts the bytes that are kept for each user, and limits them to the quota. The database compares, so that parallel
 * uploads cannot pass together.
 */
@Injectable()
export class Quota {
  constructor(private readonly config: AppConfig) {}

  /**
   * Changes what is counted for a user, in the transaction that changes what is kept. What frees bytes or moves them is always
   * allowed. Call it last: the row stays locked until the end of the transaction.
   * @throws `quota_exceeded` when more bytes would be kept than the quota allows; `unauthorized` when the account was deleted.
   */
  async charge(tx: EntityManager, ownerId: string, change: Usage): Promise<void> {
    if (Object.values(change).every((bytes) => bytes === 0)) return;
    if ((await this.#change(tx, ownerId, change)) || total(change) <= 0) return;
    await tx.createQueryBuilder().insert().into(StorageUsage).values({ ownerId }).orIgnore().execute();
    if (await this.#change(tx, ownerId, change)) return;
    throw (await isClosed(tx, ownerId)) ? errors.unauthorized() : errors.quotaExceeded();
  }

  /** Takes in nothing more for a user, in the transaction that deletes the account. */
  async close(tx: EntityManager, ownerId: string): Promise<void> {
    await tx.createQueryBuilder().insert().into(StorageUsage).values({ ownerId }).orIgnore().execute();
    await tx.update(StorageUsage, { ownerId }, { closedAt: now() });
  }

  /** @returns false when the user has no row yet, or not enough room. */
  async #change(tx: EntityManager, ownerId: string, change: Usage): Promise<boolean> {
    const added = total(change);
    const update = tx
      .createQueryBuilder()
      .update(StorageUsage)
      .set({
        files: () => 'files_bytes + :files',
        versions: () => 'versions_bytes + :versions',
        trash: () => 'trash_bytes + :trash',
        reserved: () => 'reserved_bytes + :reserved',
      })
      .where({ ownerId })
      .setParameters({ ...change });
    if (added > 0)
      update.andWhere(`closed_at IS NULL AND (${QUOTA} = 0 OR ${USED} + :added <= ${QUOTA})`, {
        added,
        general: this.config.files.quotaBytesPerUser,
      });
    return (await update.execute()).affected === 1;
  }
}

function isClosed(tx: EntityManager, ownerId: string): Promise<boolean> {
  return tx.existsBy(StorageUsage, { ownerId, closedAt: Not(IsNull()) });
}
