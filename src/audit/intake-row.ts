import type { AuditRecord } from './audit-record.entity.js';

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
