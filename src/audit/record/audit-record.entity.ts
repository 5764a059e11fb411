import { Column, Entity, PrimaryColumn, type ValueTransformer } from 'typeorm';
import type { Action } from './actions.js';
import type { Outcome } from './record-table.js';
import type { Values } from './values.js';

const VALUES_BYTES = 4096;

const json: ValueTransformer = {
  to: (values: Values | null) => (values === null ? null : fitted(values)),
  from: (text: string | null): Values | null => (text === null ? null : (JSON.parse(text) as Values)),
};

/** One thing that happened, as it was committed, and the one place that says how it is a row (`intake-row`). Personal values stand in `ip`, `userAgent` and `personal` only. */
@Entity('audit_intake')
export class AuditRecord {
  /** UUIDv7, made once when the event was heard. */
  @PrimaryColumn('varchar')
  id: string;

  @Column('varchar')
  action: Action;

  @Column('varchar')
  outcome: Outcome;

  @Column('varchar', { name: 'actor_type' })
  actorType: string;

  @Column('varchar', { name: 'actor_id', nullable: true })
  actorId: string | null;

  /** The user whose trail this belongs to; null for an unknown login or the system. */
  @Column('varchar', { nullable: true })
  subject: string | null;

  @Column('varchar', { nullable: true })
  resource: string | null;

  @Column('varchar', { name: 'request_id', nullable: true })
  requestId: string | null;

  @Column('varchar', { name: 'occurred_at' })
  occurredAt: string;

  @Column('varchar', { name: 'recorded_at' })
  recordedAt: string;

  @Column('text', { transformer: json })
  metadata: Values;

  @Column('varchar', { nullable: true })
  ip: string | null;

  @Column('varchar', { name: 'user_agent', nullable: true })
  userAgent: string | null;

  @Column('text', { nullable: true, transformer: json })
  personal: Values | null;
}

/** Values as JSON of at most 4 KiB; what would exceed it is replaced by a note of its size. */
function fitted(values: Values): string {
  const text = JSON.stringify(values);
  const bytes = Buffer.byteLength(text);
  return bytes <= VALUES_BYTES ? text : JSON.stringify({ omitted_bytes: bytes });
}
