import type { Action } from '../record/actions.js';
import type { Outcome } from '../record/record-table.js';
import type { Values } from '../record/values.js';
import type { AuditRecord } from '../record/audit-record.entity.js';
import type { AuditEntry } from '../log/audit-entry.js';
import type { AuditLogEntry } from '../log/audit-log-entry.entity.js';
import type { AuditPrivate } from '../log/audit-private.entity.js';

/** An entry of the audit trail, with or without a place in the log. */
export interface TrailEntry {
  readonly id: string;
  /** Null until the entry has its place in the log. */
  readonly seq: number | null;
  readonly subject: string | null;
  readonly actor: { readonly type: string; readonly id: string | null };
  readonly action: Action;
  readonly outcome: Outcome;
  readonly resource: string | null;
  readonly requestId: string | null;
  readonly occurredAt: string;
  readonly metadata: Values;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** The other personal values. Empty when there were none or when they are erased. */
  readonly personal: Values;
}

export function ofRecord(record: AuditRecord): TrailEntry {
  const { id, subject, action, outcome, resource, requestId, occurredAt, metadata, ip, userAgent } = record;
  return {
    ...{ id, subject, action, outcome, resource, requestId, occurredAt, metadata, ip, userAgent },
    seq: null,
    actor: { type: record.actorType, id: record.actorId },
    personal: record.personal ?? {},
  };
}

export function ofLogEntry(logged: AuditLogEntry, stored: AuditPrivate | undefined): TrailEntry {
  const { id, seq, subject, action, outcome, resource, requestId, occurredAt } = logged;
  const { metadata, actor } = JSON.parse(logged.entry) as AuditEntry;
  const values = stored === undefined ? {} : (JSON.parse(stored.values) as Record<string, string>);
  const { ip = null, user_agent: userAgent = null, ...personal } = values;
  return {
    ...{ id, seq, subject, action, outcome, resource, requestId, occurredAt, metadata, actor },
    ip,
    userAgent,
    personal,
  };
}
