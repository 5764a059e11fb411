import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { requestContext } from '../common/request-context.js';
import { AppConfig } from '../config/app-config.js';
import { Transactions } from '../database/transactions.js';
import { type DomainEvent, EVERY_EVENT } from '../events/domain-event.js';
import { AuditRecord } from './audit-record.entity.js';
import { AuditWriter } from './audit-writer.js';
import { recordOfEvent } from './record-of-event.js';

/**
 * Turns every event into a record. Inside a transaction the record is part of it: no action without its
 * record, no record without its action. Outside one it goes to the group-committing writer.
 */
@Injectable()
export class AuditListener {
  constructor(
    private readonly transactions: Transactions,
    private readonly writer: AuditWriter,
    private readonly config: AppConfig,
  ) {}

  // Without suppressErrors: false, Nest logs what a listener throws and the action would go on unrecorded.
  @OnEvent(EVERY_EVENT, { suppressErrors: false })
  async record(event: DomainEvent): Promise<void> {
    const record = recordOfEvent(event, requestContext.getStore(), this.config.audit.emailHashKey);
    const tx = this.transactions.current();
    if (tx === null) return this.writer.write(record);
    await tx.insert(AuditRecord, record);
    if (event.type === 'user.deleted') await this.#forget(event.userId);
  }

  /** Removes the personal values of every record in which the person is the subject or the actor. */
  async #forget(userId: string): Promise<void> {
    const tx = this.transactions.current()!;
    const nothing = { ip: null, userAgent: null, personal: null };
    await tx.update(AuditRecord, { subject: userId }, nothing);
    await tx.update(AuditRecord, { actorId: userId }, nothing);
  }
}
