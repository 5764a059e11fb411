import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import type { EntityManager } from 'typeorm';
import type { DomainEventOf } from '../../events/domain-event.js';
import { Invitation } from './invitation.entity.js';

/**
 * Ends the invitations of users who are not admins any more, in the transaction that dismisses them. Otherwise they
 * could come back with one.
 */
@Injectable()
export class DismissedAdmins {
  @OnEvent('role.revoked', { suppressErrors: false })
  async roleRevoked({ role, userId }: DomainEventOf<'role.revoked'>, tx: EntityManager): Promise<void> {
    if (role === 'admin') await this.#end(tx, userId);
  }

  @OnEvent('user.disabled', { suppressErrors: false })
  async disabled({ userId }: DomainEventOf<'user.disabled'>, tx: EntityManager): Promise<void> {
    await this.#end(tx, userId);
  }

  @OnEvent('user.deleted', { suppressErrors: false })
  async deleted({ userId }: DomainEventOf<'user.deleted'>, tx: EntityManager): Promise<void> {
    await this.#end(tx, userId);
  }

  async #end(tx: EntityManager, createdBy: string): Promise<void> {
    await tx.delete(Invitation, { createdBy });
  }
}
