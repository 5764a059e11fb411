import { createHmac, type KeyObject } from 'node:crypto';
import { newId } from '../common/ids.js';
import { now } from '../common/time.js';
import type { DomainEvent } from '../events/domain-event.js';
import { type Action, ACTIONS, type Outcome } from './actions.js';
import type { AuditRecord, Values } from './audit-record.entity.js';
import { isResource, type Resource } from './resource.js';

const USER_AGENT_BYTES = 512;

interface Description {
  readonly action: Action;
  readonly outcome: Outcome;
  readonly subject: string | null;
  readonly resource: Resource | null;
  readonly metadata?: Values;
  readonly personal?: Values;
}

/**
 * The record that an event leaves. Values whose keys the registry does not name, and resources of no known type, are a
 * fault of the program and throw, so that nothing personal slips into what is kept for ever.
 */
export function recordOfEvent(event: DomainEvent, emailHashKey: KeyObject): AuditRecord {
  const { actor } = event;
  const { requestId = null, ip = null, userAgent = null } = actor.request ?? {};
  const keyId = actor.type === 'user' ? actor.keyId : undefined;
  const described = describe(event, emailHashKey);
  const { metadata = {} } = described;
  const spec = ACTIONS[described.action];
  assertAllowed(described.action, metadata, spec.metadata);
  assertAllowed(described.action, described.personal, spec.personal);
  const at = now();
  return {
    id: newId(),
    action: described.action,
    outcome: described.outcome,
    actorType: actor.type,
    actorId: actor.id,
    subject: described.subject,
    resource: described.resource,
    requestId,
    occurredAt: at,
    recordedAt: at,
    metadata: keyId === undefined ? metadata : { ...metadata, by_key: keyId },
    ip,
    userAgent: userAgent === null ? null : cutBytes(userAgent, USER_AGENT_BYTES),
    personal: described.personal ?? null,
  };
}

function describe(event: DomainEvent, emailHashKey: KeyObject): Description {
  switch (event.type) {
    case 'user.registered':
      return { ...aboutUser(event, 'USER_REGISTER', 'success'), personal: { email: event.email } };
    case 'user.signed_in':
      return { ...aboutUser(event, 'USER_LOGIN', 'success'), metadata: { session_id: event.sessionId } };
    case 'user.sign_in_failed':
      return event.userId === null
        ? {
            action: 'LOGIN_FAILED',
            outcome: 'failure',
            subject: null,
            resource: null,
            metadata: { reason: event.reason, email_hash: hashEmail(event.email, emailHashKey) },
          }
        : {
            ...aboutUser(
              { userId: event.userId },
              'LOGIN_FAILED',
              event.reason === 'account_disabled' ? 'denied' : 'failure',
            ),
            metadata: { reason: event.reason },
            personal: { email: event.email },
          };
    case 'rate.limited':
      return {
        action: 'RATE_LIMITED',
        outcome: 'denied',
        subject: event.userId,
        resource: null,
        metadata: { reason: event.reason },
      };
    case 'key.created':
      return {
        ...aboutUser(event, 'KEY_CREATE', 'success'),
        resource: `key:${event.keyId}`,
        metadata: { key_id: event.keyId, scopes: event.scopes },
        personal: { key_name: event.name },
      };
    case 'key.revoked':
      return {
        ...aboutUser(event, 'KEY_REVOKE', 'success'),
        resource: `key:${event.keyId}`,
        metadata: { key_id: event.keyId },
      };
    case 'user.signed_out':
      return { ...aboutUser(event, 'USER_LOGOUT', 'success'), metadata: { session_id: event.sessionId } };
    case 'session.refreshed':
      return {
        ...aboutUser(event, 'TOKEN_REFRESH', 'success'),
        metadata: { session_id: event.sessionId, ...(event.grace ? { grace: true } : {}) },
      };
    case 'session.token_reused':
      return { ...aboutUser(event, 'TOKEN_REUSE', 'denied'), metadata: { session_id: event.sessionId } };
    case 'session.ended':
      return {
        ...aboutUser(event, 'SESSION_END', 'success'),
        metadata: {
          session_id: event.sessionId,
          count: event.count,
          ...(event.reason === undefined ? {} : { reason: event.reason }),
        },
      };
    case 'user.profile_updated':
      return { ...aboutUser(event, 'PROFILE_UPDATE', 'success'), metadata: { fields: event.fields } };
    case 'user.password_changed':
      return {
        ...aboutUser(event, 'PASSWORD_CHANGE', 'success'),
        metadata: { sessions_ended: event.sessionsEnded },
      };
    case 'user.password_change_refused':
      return { ...aboutUser(event, 'PASSWORD_CHANGE', 'denied'), metadata: { reason: event.reason } };
    case 'user.listed':
      return {
        action: 'USER_LIST',
        outcome: 'success',
        subject: event.userId,
        resource: 'users',
        metadata: { count: event.count, filters: event.filters },
      };
    case 'user.disabled':
      return {
        ...aboutUser(event, 'USER_DISABLE', 'success'),
        metadata: { sessions_ended: event.sessionsEnded },
      };
    case 'user.enabled':
      return aboutUser(event, 'USER_ENABLE', 'success');
    case 'role.granted':
      return { ...aboutUser(event, 'ROLE_GRANT', 'success'), metadata: { role: event.role } };
    case 'role.revoked':
      return { ...aboutUser(event, 'ROLE_REVOKE', 'success'), metadata: { role: event.role } };
    case 'user.deleted':
      return aboutUser(event, 'USER_DELETE', 'success');
    case 'user.deletion_refused':
      return { ...aboutUser(event, 'USER_DELETE', 'denied'), metadata: { reason: event.reason } };
    case 'access.denied':
      return {
        action: 'ACCESS_DENIED',
        outcome: 'denied',
        subject: event.userId,
        resource: allowedResource(event.resource),
        metadata: { reason: event.reason },
      };
    case 'file.uploaded':
      return {
        ...aboutFile(event, 'FILE_UPLOAD', 'success'),
        // In canonical order, which is then not to be made.
        metadata: { mime_type: event.mimeType, sha256: event.sha256, size: event.size },
      };
    case 'file.refused':
      return {
        action: 'FILE_REFUSED',
        outcome: event.aborted ? 'aborted' : 'denied',
        subject: event.ownerId,
        resource: 'files',
        metadata: { reason: event.reason },
      };
    case 'file.listed':
      return {
        action: 'FILE_LIST',
        outcome: 'success',
        subject: event.ownerId,
        resource: 'files',
        metadata: { count: event.count },
      };
    case 'file.downloaded':
      return {
        ...aboutFile(event, 'FILE_DOWNLOAD', 'success'),
        metadata: event.range === null ? {} : { range: event.range },
      };
    case 'file.download_failed':
      return { ...aboutFile(event, 'FILE_DOWNLOAD', 'failure'), metadata: { reason: event.reason } };
    case 'file.renamed':
      return aboutFile(event, 'FILE_RENAME', 'success');
    case 'file.deleted':
      return aboutFile(event, 'FILE_DELETE', 'success');
    case 'audit.read':
      return { ...aboutAudit(event, 'AUDIT_READ'), metadata: { filters: event.filters } };
    case 'audit.exported':
      return {
        ...aboutAudit(event, 'AUDIT_EXPORT'),
        metadata: { format: event.format, filters: event.filters },
      };
    case 'audit.values_erased':
      return {
        ...aboutLog('AUDIT_ERASE'),
        metadata: { count: event.count, before: event.before },
      };
    case 'audit.entries_pruned':
      return { ...aboutLog('AUDIT_PRUNE'), metadata: { count: event.count, size: event.size } };
    case 'system.started':
      return {
        ...aboutSystem(event.instance, 'SYSTEM_START'),
        metadata: { last_stop_clean: event.lastStopClean },
      };
    case 'system.stopped':
      return aboutSystem(event.instance, 'SYSTEM_STOP');
  }
}

function aboutUser(event: { userId: string }, action: Action, outcome: Outcome): Description {
  return { action, outcome, subject: event.userId, resource: `user:${event.userId}` };
}

function aboutFile(
  event: { ownerId: string; fileId: string; name: string },
  action: Action,
  outcome: Outcome,
): Description {
  return {
    action,
    outcome,
    subject: event.ownerId,
    resource: `file:${event.fileId}`,
    personal: { filename: event.name },
  };
}

function aboutSystem(instance: string, action: Action): Description {
  return { action, outcome: 'success', subject: null, resource: `instance:${instance}` };
}

function aboutAudit(event: { userId: string; everybody: boolean }, action: Action): Description {
  const resource: Resource = event.everybody ? 'audit' : `audit:${event.userId}`;
  return { action, outcome: 'success', subject: event.userId, resource };
}

function aboutLog(action: Action): Description {
  return { action, outcome: 'success', subject: null, resource: 'audit' };
}

function hashEmail(email: string, key: KeyObject): string {
  return createHmac('sha256', key).update(email.trim().normalize('NFC').toLowerCase()).digest('hex');
}

function allowedResource(resource: string): Resource {
  if (isResource(resource)) return resource;
  throw new Error(`the audit trail does not know of what "${resource}" is the id`);
}

function assertAllowed(action: Action, values: Values | undefined, allowed: readonly string[]): void {
  const stray = Object.keys(values ?? {}).find((key) => !allowed.includes(key));
  if (stray !== undefined) throw new Error(`the audit registry does not allow "${stray}" in ${action}`);
}

/** The longest prefix of whole characters that fits into `limit` bytes of UTF-8. */
export function cutBytes(text: string, limit: number): string {
  if (Buffer.byteLength(text) <= limit) return text;
  const bytes = Buffer.from(text);
  let end = limit;
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end).toString();
}
