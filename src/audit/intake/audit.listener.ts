import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../../config/app-config.js';
import { insertInto } from '../../database/deferred-rows.js';
import { Transactions } from '../../database/transactions.js';
import { type DomainEvent, EVERY_EVENT } from '../../events/domain-event.js';
import { AuditWriter } from './audit-writer.js';
import { INTAKE } from '../record/intake-row.js';
import { IntakeRows } from '../record/intake-rows.js';
import { Erasure } from '../log/erasure.js';
import { Sequencer } from './sequencer.js';
import { recordOfEvent } from '../record/record-of-event.js';

/**
 * Turns every event into a record. An event inside a transaction has its record in the same transaction:
 * there is no action without its record and no record without its action. Other records go to AuditWriter.
 */
@Injectable()
export class AuditListener {
  constructor(
    private readonly transactions: Transactions,
    private readonly writer: AuditWriter,
    private readonly sequencer: Sequencer,
    private readonly rows: IntakeRows,
    private readonly erasure: Erasure,
    private readonly config: AppConfig,
  ) {}

  // Without suppressErrors: false, Nest would log a listener's error, and the action would continue without a
  // record.
  @OnEvent(EVERY_EVENT, { suppressErrors: false })
  async record(event: DomainEvent, tx?: EntityManager): Promise<void> {
    const record = recordOfEvent(event, this.config.audit.emailHashKey);
    if (tx === undefined) return this.writer.write(record);
    this.transactions.afterCommit(tx, () => this.sequencer.poke());
    if (event.type === 'user.deleted') {
      // Inserted immediately, so that the erasure includes it.
      await insertInto(tx, INTAKE, [this.rows.toRow(record)]);
      await this.erasure.begin(tx, event.userId);
    } else {
      this.transactions.insertDeferred(tx, INTAKE, this.rows.toRow(record));
    }
  }
}
