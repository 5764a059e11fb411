import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import type { EntityManager } from 'typeorm';
import type { DomainEventOf } from '../events/domain-event.js';
import { Mail } from './mail.entity.js';
import { MailedToken } from './mailed-token.entity.js';

/** The waiting mails and the links of users who have deleted their account. */
@Injectable()
export class DepartingMails {
  /** In the transaction that deletes the account. */
  @OnEvent('user.deleted', { suppressErrors: false })
  async remove({ userId }: DomainEventOf<'user.deleted'>, tx: EntityManager): Promise<void> {
    await tx.delete(Mail, { userId });
    await tx.delete(MailedToken, { userId });
  }
}
