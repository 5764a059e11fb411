import type { Destination } from '../database/late-rows.js';
import type { AuditRecord, Values } from './audit-record.entity.js';

/** The columns of the intake, in the order of `toIntakeRow`. */
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

/** A row of the intake as it is read. */
export type IntakeRow = Readonly<
  Record<'id' | 'action' | 'outcome' | 'actor_type' | 'occurred_at' | 'recorded_at' | 'metadata', string> &
    Record<
      'actor_id' | 'subject' | 'resource' | 'request_id' | 'ip' | 'user_agent' | 'personal',
      string | null
    >
>;

/** A record as a row of the intake. */
export function toIntakeRow(record: AuditRecord): unknown[] {
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
    JSON.stringify(record.metadata),
    record.ip,
    record.userAgent,
    record.personal === null ? null : JSON.stringify(record.personal),
  ];
}

/** The record that a row of the intake holds, as the entity would give it; for the sequencer, which reads every one of them. */
export function ofIntakeRow(row: IntakeRow): AuditRecord {
  return {
    id: row.id,
    action: row.action as AuditRecord['action'],
    outcome: row.outcome as AuditRecord['outcome'],
    actorType: row.actor_type,
    actorId: row.actor_id,
    subject: row.subject,
    resource: row.resource,
    requestId: row.request_id,
    occurredAt: row.occurred_at,
    recordedAt: row.recorded_at,
    metadata: JSON.parse(row.metadata) as Values,
    ip: row.ip,
    userAgent: row.user_agent,
    personal: row.personal === null ? null : (JSON.parse(row.personal) as Values),
  };
}
