import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull } from 'typeorm';
import type { Actor } from '../../common/access/actor.js';
import { errors } from '../../common/refusals/errors.js';
import { findForUpdate } from '../../database/find-for-update.js';
import { Transactions } from '../../database/transactions.js';
import { Quota } from '../quota/quota.js';
import { difference } from '../quota/usage.js';
import { footprintOf } from './footprint.js';
import { StoredFile } from './stored-file.entity.js';

/** A file after a change. */
interface Changed {
  readonly file: StoredFile;
  /** Bytes that were reserved for the change and are given back. */
  readonly reserved?: number;
}

/** Changes a file in one transaction: its row is locked first, its owner's usage is charged last. */
@Injectable()
export class FileChanges {
  constructor(
    private readonly transactions: Transactions,
    private readonly quota: Quota,
  ) {}

  /**
   * Runs `change` with a file of the actor, as it is now and stays until the commit.
   * @returns the file as `change` leaves it.
   * @throws `file_not_found`, also for a file in the trash; `quota_exceeded`; whatever `change` throws.
   */
  run(
    actor: Actor,
    fileId: string,
    change: (tx: EntityManager, file: StoredFile) => Promise<Changed>,
  ): Promise<StoredFile> {
    return this.transactions.run(async (tx) => {
      const own = { id: fileId, ownerId: actor.userId, trashedAt: IsNull() };
      const [before] = await findForUpdate(tx, StoredFile, own);
      if (before === undefined) throw errors.fileNotFound();
      const { file, reserved = 0 } = await change(tx, before);
      const usage = difference(footprintOf(file), footprintOf(before));
      await this.quota.charge(tx, file.ownerId, { ...usage, reserved: -reserved });
      return file;
    });
  }
}
