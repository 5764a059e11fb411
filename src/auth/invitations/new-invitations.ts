import { Injectable } from '@nestjs/common';
import { type EntityManager, MoreThan } from 'typeorm';
import type { SessionActor } from '../../common/access/actor.js';
import { newId } from '../../common/ids.js';
import { errors } from '../../common/refusals/errors.js';
import { fromNow, now } from '../../common/time.js';
import { isPostgres } from '../../database/is-postgres.js';
import { Transactions } from '../../database/transactions.js';
import { DomainEvents } from '../../events/domain-events.js';
import { findUserForUpdate } from '../../users/find-user-for-update.js';
import type { CreateInvitationInput } from './create-invitation.input.js';
import { Invitation } from './invitation.entity.js';
import { hashOfInvitation, newInvitationToken } from './invitation-token.js';

const SEVEN_DAYS_MS = 7 * 86_400_000;

/** How many invitations may be open. */
export const OPEN_INVITATIONS = 1000;

/** Makes invitations. */
@Injectable()
export class NewInvitations {
  constructor(
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
  ) {}

  /**
   * Makes an invitation, which is good once, for seven days. The token is returned only here.
   * @throws `too_many_invitations`; `forbidden` when the actor has just stopped being an admin.
   */
  async create(
    actor: SessionActor,
    { email, role }: CreateInvitationInput,
  ): Promise<{ invitation: Invitation; token: string }> {
    const token = newInvitationToken();
    const invitation: Invitation = {
      id: newId(),
      tokenHash: hashOfInvitation(token),
      createdBy: actor.userId,
      email: email ?? null,
      role: role ?? 'user',
      createdAt: now(),
      expiresAt: fromNow(SEVEN_DAYS_MS),
    };
    await this.transactions.run(async (tx) => {
      await requireAdmin(tx, actor);
      await makeRoom(tx);
      await tx.insert(Invitation, invitation);
      await this.events.publishIn(tx, {
        type: 'invitation.created',
        actor,
        userId: actor.userId,
        invitationId: invitation.id,
        email: invitation.email,
        role: invitation.role,
        expiresAt: invitation.expiresAt,
      });
    });
    return { invitation, token };
  }
}

/**
 * The guard has read the role up to five seconds ago. The lock makes the end of the role wait, which then removes this
 * invitation, too.
 */
async function requireAdmin(tx: EntityManager, { userId }: SessionActor): Promise<void> {
  const user = await findUserForUpdate(tx, userId);
  if (user?.disabledAt !== null || !user.roles.includes('admin')) throw errors.forbidden();
}

/** Invitations made at the same time are counted one after the other. SQLite has only one writing transaction. */
async function makeRoom(tx: EntityManager): Promise<void> {
  if (isPostgres(tx)) await tx.query('LOCK TABLE invitations IN SHARE ROW EXCLUSIVE MODE');
  const open = await tx.countBy(Invitation, { expiresAt: MoreThan(now()) });
  if (open >= OPEN_INVITATIONS) throw errors.tooManyInvitations(OPEN_INVITATIONS);
}
