import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../../common/access/actor.js';
import type { AnswerWait } from '../../common/answer-wait.js';
import { within } from '../../common/within.js';
import { errors } from '../../common/refusals/errors.js';
import { findForUpdate } from '../../database/find-for-update.js';
import { Transactions } from '../../database/transactions.js';
import { StoredFile } from '../contents/stored-file.entity.js';
import { inTrash } from './in-trash.js';
import { TrashMoves } from './trash-moves.js';
import { TrashRemoval } from './trash-removal.js';
import { TrashedFiles } from './trashed-files.js';

/** With the usual 15 s, an answer comes before connections without any traffic are closed after 60 s. */
const HELD_MS = 40_000;

/** Restores files from the trash of a user, and removes them for good. */
@Injectable()
export class TrashService {
  constructor(
    private readonly trashed: TrashedFiles,
    private readonly moves: TrashMoves,
    private readonly removal: TrashRemoval,
    private readonly transactions: Transactions,
  ) {}

  /** @throws `file_not_found`. */
  async restore(actor: Actor, id: string): Promise<StoredFile> {
    const file = await this.trashed.get(actor, id);
    return this.transactions.run(async (tx) => this.moves.restore(tx, actor, await hold(tx, file)));
  }

  /** @throws `file_not_found`. */
  async delete(actor: Actor, id: string): Promise<void> {
    const file = await this.trashed.get(actor, id);
    await this.transactions.run(async (tx) => this.removal.remove(tx, actor, [await hold(tx, file)]));
  }

  /**
   * Removes what is in the trash when this is called, in several transactions: after a crash the rest is still in the
   * trash. The client may wait 40 s longer than for other answers, because every transaction has timeouts of its own. When
   * it is refused then, the removal continues.
   */
  async empty(actor: Actor, wait: AnswerWait): Promise<void> {
    const last = await this.trashed.lastTrashing(actor.userId);
    if (last === null) return;
    const emptied = this.#removeUntil(actor, last);
    await wait.hold(() => within(HELD_MS, emptied, () => undefined));
    await emptied;
  }

  async #removeUntil(actor: Actor, last: string): Promise<void> {
    while (await this.trashed.hasUntil(actor.userId, last)) {
      await this.removal.removeOldest(actor, actor.userId, last);
      await nextTurn();
    }
    await this.removal.removeBytes();
  }
}

/** The file, which nobody else changes until the transaction ends. */
async function hold(tx: EntityManager, { id, ownerId }: StoredFile): Promise<StoredFile> {
  const [held] = await findForUpdate(tx, StoredFile, { id, ownerId, trashedAt: inTrash() });
  if (held === undefined) throw errors.fileNotFound();
  return held;
}
