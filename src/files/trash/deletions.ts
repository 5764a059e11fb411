import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import type { Actor } from '../../common/access/actor.js';
import { errors } from '../../common/refusals/errors.js';
import { AppConfig } from '../../config/app-config.js';
import { findForUpdate } from '../../database/find-for-update.js';
import { Transactions } from '../../database/transactions.js';
import { FileLookup } from '../catalogue/file-lookup.js';
import { StoredFile } from '../contents/stored-file.entity.js';
import { TrashMoves } from './trash-moves.js';
import { TrashRemoval } from './trash-removal.js';

/** Deletes files of a user. */
@Injectable()
export class Deletions {
  constructor(
    private readonly lookup: FileLookup,
    private readonly moves: TrashMoves,
    private readonly removal: TrashRemoval,
    private readonly transactions: Transactions,
    private readonly config: AppConfig,
  ) {}

  /**
   * Moves a file into the trash, or removes it for good when `permanently` is true or there is no trash.
   * @throws `file_not_found`.
   */
  async delete(actor: Actor, id: string, permanently: boolean): Promise<void> {
    const file = await this.lookup.get(actor, id);
    const forGood = permanently || this.config.files.trashDays === 0;
    await this.transactions.run(async (tx) => {
      const [held] = await findForUpdate(tx, StoredFile, {
        id: file.id,
        ownerId: actor.userId,
        trashedAt: IsNull(),
      });
      if (held === undefined) throw errors.fileNotFound();
      await (forGood ? this.removal.remove(tx, actor, [held]) : this.moves.trash(tx, actor, held));
    });
  }
}
