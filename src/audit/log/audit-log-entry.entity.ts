import { Column, Entity, PrimaryColumn } from 'typeorm';
import { wholeNumber } from '../../database/column-transformers.js';
import type { Action } from '../record/actions.js';
import type { Outcome } from '../record/record-table.js';

/**
 * A leaf of the tree: the exact text of the entry, and columns with those of its values that are searched.
 */
@Entity('audit_log')
export class AuditLogEntry {
  @PrimaryColumn('bigint', { transformer: wholeNumber })
  seq: number;

  @Column('varchar')
  id: string;

  @Column('varchar', { nullable: true })
  subject: string | null;

  @Column('varchar', { name: 'actor_id', nullable: true })
  actorId: string | null;

  @Column('varchar')
  action: Action;

  @Column('varchar')
  outcome: Outcome;

  @Column('varchar', { nullable: true })
  resource: string | null;

  @Column('varchar', { name: 'request_id', nullable: true })
  requestId: string | null;

  @Column('varchar', { name: 'occurred_at' })
  occurredAt: string;

  /** Canonical JSON: exactly the bytes that were hashed. */
  @Column('text')
  entry: string;
}
