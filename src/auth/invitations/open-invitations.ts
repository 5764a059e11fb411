import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, LessThanOrEqual, MoreThan, Repository } from 'typeorm';
import type { SessionActor } from '../../common/access/actor.js';
import { parseId, UUID } from '../../common/ids.js';
import { Housekeeping } from '../../common/lifecycle/housekeeping.js';
import type { PageQuery } from '../../common/paging/page-query.js';
import { decodeCursor, type Page, toPage } from '../../common/paging/paging.js';
import { errors } from '../../common/refusals/errors.js';
import { now } from '../../common/time.js';
import { Transactions } from '../../database/transactions.js';
import { DomainEvents } from '../../events/domain-events.js';
import { Invitation } from './invitation.entity.js';

/** Lists and revokes the invitations of all admins, and removes those whose time is over. */
@Injectable()
export class OpenInvitations {
  constructor(
    @InjectRepository(Invitation) private readonly invitations: Repository<Invitation>,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
    housekeeping: Housekeeping,
  ) {
    housekeeping.register('invitations', () => this.#expire());
  }

  /** A page of the invitations that can still be used, newest first. */
  async list({ cursor, limit }: PageQuery): Promise<Page<Invitation>> {
    const before = cursor === undefined ? {} : { id: LessThan(decodeCursor(cursor, UUID)) };
    const rows = await this.invitations.find({
      where: { expiresAt: MoreThan(now()), ...before },
      order: { id: 'DESC' },
      take: limit + 1,
    });
    return toPage(rows, limit, (invitation) => invitation.id);
  }

  /** Revokes an invitation. It opens nothing from now on. @throws `invitation_not_found`. */
  async revoke(actor: SessionActor, id: string): Promise<void> {
    const invitationId = parseId(id);
    if (invitationId === null) throw errors.invitationNotFound();
    await this.transactions.run(async (tx) => {
      const { affected } = await tx.delete(Invitation, { id: invitationId, expiresAt: MoreThan(now()) });
      if (affected !== 1) throw errors.invitationNotFound();
      await this.events.publishIn(tx, {
        type: 'invitation.revoked',
        actor,
        userId: actor.userId,
        invitationId,
      });
    });
  }

  async #expire(): Promise<void> {
    await this.transactions.run(
      async (tx) => void (await tx.delete(Invitation, { expiresAt: LessThanOrEqual(now()) })),
    );
  }
}
