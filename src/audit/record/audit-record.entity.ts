import { Column, Entity, PrimaryColumn, type ValueTransformer } from 'typeorm';
import type { Action } from './actions.js';
import type { Outcome } from './record-table.js';
import type { Values } from './values.js';

const VALUES_BYTES = 4096;

const json: ValueTransformer = {
  to: (values: Values | null) => (values === null ? null : fitted(values)),
  from: (text: string | null): Values | null => (text === null ? null : readable(text)),
};

/**
 * One recorded event as a row. `intake-row` takes its columns from this class. Personal values are only in
 * `ip`, `userAgent` and `personal`; in an encrypted installation only `IntakeRows` reads and writes them.
 */
@Entity('audit_intake')
export class AuditRecord {
  /** A UUIDv7, made once when the event is received. */
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

  /** The user whose trail has this record. Null for an unknown sign-in and for the system. */
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

/** Values as JSON of at most 4 KiB. Larger values are replaced by a note of their size. */
function fitted(values: Values): string {
  const text = JSON.stringify(values);
  const bytes = Buffer.byteLength(text);
  return bytes <= VALUES_BYTES ? text : JSON.stringify({ omitted_bytes: bytes });
}

/** What the trail shows: damaged text is replaced by a note of its size, so that the other records are shown. */
export function readable(text: string): Values {
  try {
    return JSON.parse(text) as Values;
  } catch {
    return { unreadable_bytes: Buffer.byteLength(text) };
  }
}
