import { Injectable } from '@nestjs/common';
import { type EntityManager, LessThanOrEqual } from 'typeorm';
import { findForUpdate } from '../../database/find-for-update.js';
import { Transactions } from '../../database/transactions.js';
import type { DomainEvent } from '../../events/domain-event.js';
import { DomainEvents } from '../../events/domain-events.js';
import type { EventActor } from '../../events/event-actor.js';
import { FileRemoval } from '../contents/file-removal.js';
import { StoredFile } from '../contents/stored-file.entity.js';

/** Files that are removed in one transaction. Other work runs between two transactions. */
const STEP = 100;
/** Contents that these files may have had, unless a single file has had more. */
const CONTENTS = 200;

/** Removes files for good, with a record for each: `FILE_PURGE` by the system, else `FILE_DELETE`. */
@Injectable()
export class TrashRemoval {
  constructor(
    private readonly removal: FileRemoval,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
  ) {}

  /** Removes files of one owner, which the caller holds in its transaction. */
  async remove(tx: EntityManager, by: EventActor, files: readonly StoredFile[]): Promise<void> {
    await this.#record(tx, by, files);
    await this.removal.remove(tx, files);
  }

  /**
   * Removes some of the files that an owner has trashed until a time, the oldest first, in a transaction of its own. Their
   * bytes stay until `removeBytes`. When
   * several processes do this at the same time, each file is removed once. One of them may then remove nothing.
   */
  async removeOldest(by: EventActor, ownerId: string, until: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      // Always in this order, so that two processes do not wait for each other.
      const oldest = await findForUpdate(
        tx,
        StoredFile,
        { ownerId, trashedAt: LessThanOrEqual(until) },
        { order: { trashedAt: 'ASC', id: 'ASC' }, take: STEP },
      );
      const files = withFewContents(oldest);
      await this.#record(tx, by, files);
      await this.removal.removeRows(tx, files);
    });
  }

  /** Removes the bytes of what `removeOldest` has removed. */
  removeBytes(): Promise<void> {
    return this.removal.removeBytes();
  }

  async #record(tx: EntityManager, by: EventActor, files: readonly StoredFile[]): Promise<void> {
    for (const file of files) await this.events.publishIn(tx, removalOf(by, file));
  }
}

/** The first files that have had at most `CONTENTS` contents together, but at least one file. */
function withFewContents(files: readonly StoredFile[]): StoredFile[] {
  let contents = 0;
  return files.filter(({ version }, index) => {
    contents += version;
    return index === 0 || contents <= CONTENTS;
  });
}

function removalOf(by: EventActor, { ownerId, id: fileId, name, trashedAt }: StoredFile): DomainEvent {
  const about = { actor: by, ownerId, fileId, name };
  return by.type === 'system'
    ? { type: 'file.purged', ...about, trashedAt }
    : { type: 'file.deleted', ...about, permanently: true };
}
