import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, Repository } from 'typeorm';
import { findForUpdate } from '../../database/find-for-update.js';
import { Transactions } from '../../database/transactions.js';
import type { DomainEventOf } from '../../events/domain-event.js';
import { Departures } from '../../users/departures.js';
import { Quota } from '../quota/quota.js';
import { FileRemoval } from './file-removal.js';
import { StoredFile } from './stored-file.entity.js';

/** Files of one transaction. Other work runs between two. */
const STEP = 200;

/** The files of users who have deleted their account. */
@Injectable()
export class DepartingFiles {
  constructor(
    @InjectRepository(StoredFile) private readonly files: Repository<StoredFile>,
    private readonly removal: FileRemoval,
    private readonly quota: Quota,
    private readonly transactions: Transactions,
    departures: Departures,
  ) {
    departures.register((userId) => this.#removeAll(userId));
  }

  /** From the transaction that deletes the account on, nothing more is taken in. */
  @OnEvent('user.deleted', { suppressErrors: false })
  async close({ userId }: DomainEventOf<'user.deleted'>, tx: EntityManager): Promise<void> {
    await this.quota.close(tx, userId);
  }

  async *#removeAll(ownerId: string): AsyncGenerator<number> {
    for (;;) {
      const next = await this.files.find({ select: { id: true }, where: { ownerId }, take: STEP });
      if (next.length === 0) break;
      await this.transactions.run(async (tx) => {
        const ids = In(next.map(({ id }) => id));
        await this.removal.removeRows(tx, await findForUpdate(tx, StoredFile, { id: ids, ownerId }));
      });
      yield next.length;
    }
    await this.removal.removeBytes();
  }
}
