import type { KeyObject } from 'node:crypto';
import { hashEmail } from '../../common/input/email-address.js';
import { newId } from '../../common/ids.js';
import { now } from '../../common/time.js';
import type { DomainEvent } from '../../events/domain-event.js';
import { userOf } from '../../events/event-actor.js';
import { RECORDS } from './actions.js';
import type { AuditRecord } from './audit-record.entity.js';
import type { RecordRow } from './record-table.js';

const USER_AGENT_BYTES = 512;

/** The record of an event, made by its row in the tables of `record/`. */
export function recordOfEvent(event: DomainEvent, emailHashKey: KeyObject): AuditRecord {
  const row: RecordRow<never> = RECORDS[event.type];
  return recordBy(row as RecordRow<DomainEvent>, event, emailHashKey);
}

function recordBy(row: RecordRow<DomainEvent>, event: DomainEvent, emailHashKey: KeyObject): AuditRecord {
  const { actor } = event;
  const { requestId = null, ip = null, userAgent = null } = actor.type === 'system' ? {} : actor.request;
  const metadata = row.metadata?.(event, (email) => hashEmail(email, emailHashKey)) ?? {};
  const { subject, resource } = row.about(event);
  const actorId = userOf(actor);
  const at = now();
  return {
    id: newId(),
    action: row.action as AuditRecord['action'],
    outcome: typeof row.outcome === 'string' ? row.outcome : row.outcome(event),
    // An entry distinguishes users from others, but not how they signed in.
    actorType: actorId === null ? actor.type : 'user',
    actorId,
    subject,
    resource,
    requestId,
    occurredAt: at,
    recordedAt: at,
    metadata: actor.type === 'key' ? { ...metadata, by_key: actor.keyId } : metadata,
    ip,
    userAgent: userAgent === null ? null : cutBytes(userAgent, USER_AGENT_BYTES),
    personal: row.personal?.(event) ?? null,
  };
}

/** The longest prefix of whole characters that fits into `limit` bytes of UTF-8. */
export function cutBytes(text: string, limit: number): string {
  if (Buffer.byteLength(text) <= limit) return text;
  const bytes = Buffer.from(text);
  let end = limit;
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end).toString();
}
