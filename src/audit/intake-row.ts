import type { Destination } from '../database/late-rows.js';
import type { AuditRecord } from './audit-record.entity.js';
import type { Values } from './record/values.js';

const VALUES_BYTES = 4096;

/** The columns of the intake, in the order of an `IntakeRow`. */
export const INTAKE_COLUMNS = [
  'id',
  'action',
  'outcome',
  'actor_type',
  'actor_id',
  'subject',
  'resource',
  'request_id',
  'occurred_at',
  'recorded_at',
  'metadata',
  'ip',
  'user_agent',
  'personal',
] as const;

/** Where records go first. */
export const INTAKE: Destination = { table: 'audit_intake', columns: INTAKE_COLUMNS };

/** A row of the intake: its values in the order of the columns. */
export type IntakeRow = [
  id: string,
  action: AuditRecord['action'],
  outcome: AuditRecord['outcome'],
  actorType: string,
  actorId: string | null,
  subject: string | null,
  resource: string | null,
  requestId: string | null,
  occurredAt: string,
  recordedAt: string,
  metadata: string,
  ip: string | null,
  userAgent: string | null,
  personal: string | null,
];

/** A record as a row of the intake. */
export function toIntakeRow(record: AuditRecord): IntakeRow {
  return [
    record.id,
    record.action,
    record.outcome,
    record.actorType,
    record.actorId,
    record.subject,
    record.resource,
    record.requestId,
    record.occurredAt,
    record.recordedAt,
    fitted(record.metadata),
    record.ip,
    record.userAgent,
    record.personal === null ? null : fitted(record.personal),
  ];
}

/** The record that a row of the intake holds, as the entity would give it; for the sequencer, which reads every one of them. */
export function ofIntakeRow(row: IntakeRow): AuditRecord {
  return {
    id: row[0],
    action: row[1],
    outcome: row[2],
    actorType: row[3],
    actorId: row[4],
    subject: row[5],
    resource: row[6],
    requestId: row[7],
    occurredAt: row[8],
    recordedAt: row[9],
    metadata: JSON.parse(row[10]) as Values,
    ip: row[11],
    userAgent: row[12],
    personal: row[13] === null ? null : (JSON.parse(row[13]) as Values),
  };
}

/** Values as JSON of at most 4 KiB; what would exceed it is replaced by a note of its size. */
function fitted(values: Values): string {
  const text = JSON.stringify(values);
  const bytes = Buffer.byteLength(text);
  return bytes <= VALUES_BYTES ? text : JSON.stringify({ omitted_bytes: bytes });
}
