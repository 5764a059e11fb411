import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, LessThanOrEqual, Repository } from 'typeorm';
import { Housekeeping } from '../../common/lifecycle/housekeeping.js';
import { now } from '../../common/time.js';
import { Transactions } from '../../database/transactions.js';
import type { DomainEventOf } from '../../events/domain-event.js';
import { ShareGrant } from './share-grant.entity.js';

/** Grants of one transaction. Other work runs between two. */
const STEP = 500;

/**
 * Ends grants with what they depend on, in the same transaction, so that a restored file or an enabled user does not bring
 * them back. The database removes those of a revoked link and of a removed file.
 */
@Injectable()
export class GrantEndings {
  constructor(
    @InjectRepository(ShareGrant) private readonly grants: Repository<ShareGrant>,
    private readonly transactions: Transactions,
    housekeeping: Housekeeping,
  ) {
    housekeeping.register('share grants', () => this.removeOver());
  }

  /** A file that moves into the trash keeps its links. */
  @OnEvent('file.deleted', { suppressErrors: false })
  async endOfFile({ fileId, permanently }: DomainEventOf<'file.deleted'>, tx: EntityManager): Promise<void> {
    if (permanently) return;
    await tx.sql`DELETE FROM share_grants WHERE link_id IN (SELECT id FROM share_links WHERE file_id = ${fileId})`;
  }

  @OnEvent('user.disabled', { suppressErrors: false })
  async endOfUser({ userId }: DomainEventOf<'user.disabled'>, tx: EntityManager): Promise<void> {
    await tx.sql`DELETE FROM share_grants WHERE link_id IN (SELECT id FROM share_links WHERE owner_id = ${userId})`;
  }

  /** Removes the grants whose time is over, in small steps. */
  async removeOver(): Promise<void> {
    for (let size = STEP; size === STEP;) {
      const over = await this.grants.find({
        select: { tokenHash: true },
        where: { expiresAt: LessThanOrEqual(now()) },
        take: STEP,
      });
      size = over.length;
      const tokenHash = In(over.map((grant) => grant.tokenHash));
      await this.transactions.run(async (tx) => void (await tx.delete(ShareGrant, { tokenHash })));
      await nextTurn();
    }
  }
}
