import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../../common/access/actor.js';
import { now } from '../../common/time.js';
import type { DomainEvent } from '../../events/domain-event.js';
import { DomainEvents } from '../../events/domain-events.js';
import { footprintOf } from '../contents/footprint.js';
import { StoredFile } from '../contents/stored-file.entity.js';
import { Quota } from '../quota/quota.js';
import { difference } from '../quota/usage.js';

/**
 * Moves files into the trash and out of it. The row stays, and with it the id, the name, the bytes and the earlier
 * contents. The caller holds the row in its transaction.
 */
@Injectable()
export class TrashMoves {
  constructor(
    private readonly events: DomainEvents,
    private readonly quota: Quota,
  ) {}

  /** Moves a file into the trash. */
  async trash(tx: EntityManager, actor: Actor, file: StoredFile): Promise<void> {
    const { ownerId, id: fileId, name } = file;
    const event = { type: 'file.deleted', actor, ownerId, fileId, name, permanently: false } as const;
    await this.#move(tx, file, now(), event);
  }

  /** Moves a file out of the trash. The quota always allows this, because the trash counts. */
  async restore(tx: EntityManager, actor: Actor, file: StoredFile): Promise<StoredFile> {
    const { ownerId, id: fileId, name } = file;
    return this.#move(tx, file, null, { type: 'file.restored', actor, ownerId, fileId, name });
  }

  async #move(
    tx: EntityManager,
    file: StoredFile,
    trashedAt: string | null,
    event: DomainEvent,
  ): Promise<StoredFile> {
    const moved = { ...file, trashedAt };
    await tx.update(StoredFile, { id: file.id }, { trashedAt });
    await this.events.publishIn(tx, event);
    await this.quota.charge(tx, file.ownerId, difference(footprintOf(moved), footprintOf(file)));
    return moved;
  }
}
