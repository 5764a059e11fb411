import type { RequestContext } from '../common/request-context.js';

/** Who did it, and by which request. `anonymous` is a caller without a token; `system` is the service itself. */
export type EventActor =
  | {
      readonly type: 'user';
      readonly id: string;
      /** The API key that acted for them. */
      readonly keyId?: string;
      readonly request: RequestContext;
    }
  | { readonly type: 'anonymous'; readonly id: null; readonly request: RequestContext }
  | { readonly type: 'system'; readonly id: null; readonly request: null };

/** Somebody who acts by a request. */
export type Caller = Exclude<EventActor, { readonly type: 'system' }>;

interface By {
  readonly actor: EventActor;
}

interface AboutFile extends By {
  readonly ownerId: string;
  readonly fileId: string;
}

/**
 * Everything that can happen and that somebody must learn of: past tense, plain values,
 * no entities, requests or secrets.
 */
export type DomainEvent =
  | (By & { readonly type: 'user.registered'; readonly userId: string; readonly email: string })
  | (By & { readonly type: 'user.signed_in'; readonly userId: string; readonly sessionId: string })
  | (By & {
      readonly type: 'user.sign_in_failed';
      /** Null when nobody has this e-mail; it may then be a password typed into the wrong field. */
      readonly userId: string | null;
      readonly email: string;
      /** With `account_disabled` the password was right. */
      readonly reason: 'unknown_email' | 'wrong_password' | 'account_disabled';
    })
  | (By & {
      readonly type: 'key.created';
      readonly userId: string;
      readonly keyId: string;
      readonly name: string;
      readonly scopes: readonly string[];
    })
  | (By & { readonly type: 'key.revoked'; readonly userId: string; readonly keyId: string })
  | (By & { readonly type: 'rate.limited'; readonly userId: string | null; readonly reason: string })
  | (By & { readonly type: 'user.signed_out'; readonly userId: string; readonly sessionId: string })
  | (By & {
      readonly type: 'session.refreshed';
      readonly userId: string;
      readonly sessionId: string;
      /** True when the token had been exchanged a moment before, and the same successor was given again. */
      readonly grace: boolean;
    })
  | (By & { readonly type: 'session.token_reused'; readonly userId: string; readonly sessionId: string })
  | (By & {
      readonly type: 'session.ended';
      readonly userId: string;
      /** Null when all others were ended at once. */
      readonly sessionId: string | null;
      readonly count: number;
      /** Why it was not asked for. */
      readonly reason?: 'too_many_sessions';
    })
  | (By & {
      readonly type: 'user.profile_updated';
      readonly userId: string;
      readonly fields: readonly string[];
    })
  | (By & { readonly type: 'user.password_changed'; readonly userId: string; readonly sessionsEnded: number })
  | (By & { readonly type: 'user.password_change_refused'; readonly userId: string; readonly reason: string })
  | (By & {
      readonly type: 'user.listed';
      /** The admin. */
      readonly userId: string;
      readonly count: number;
      readonly filters: readonly string[];
    })
  | (By & { readonly type: 'user.disabled'; readonly userId: string; readonly sessionsEnded: number })
  | (By & { readonly type: 'user.enabled'; readonly userId: string })
  | (By & { readonly type: 'role.granted'; readonly userId: string; readonly role: string })
  | (By & { readonly type: 'role.revoked'; readonly userId: string; readonly role: string })
  | (By & { readonly type: 'user.deleted'; readonly userId: string })
  | (By & { readonly type: 'user.deletion_refused'; readonly userId: string; readonly reason: string })
  | (By & {
      readonly type: 'access.denied';
      readonly userId: string;
      readonly resource: string;
      readonly reason: string;
    })
  | (AboutFile & {
      readonly type: 'file.uploaded';
      readonly name: string;
      readonly size: number;
      readonly sha256: string;
      readonly mimeType: string;
    })
  | (By & {
      readonly type: 'file.refused';
      readonly ownerId: string;
      /** True when the client went away, false when the service said no. */
      readonly aborted: boolean;
      readonly reason: string;
    })
  | (By & { readonly type: 'file.listed'; readonly ownerId: string; readonly count: number })
  | (AboutFile & { readonly type: 'file.downloaded'; readonly name: string; readonly range: string | null })
  | (AboutFile & { readonly type: 'file.download_failed'; readonly name: string; readonly reason: string })
  | (AboutFile & { readonly type: 'file.renamed'; readonly name: string })
  | (AboutFile & { readonly type: 'file.deleted'; readonly name: string })
  | (By & {
      readonly type: 'audit.read';
      /** Whose entries, or the reader's own id when everybody's. */
      readonly userId: string;
      readonly everybody: boolean;
      readonly filters: readonly string[];
    })
  | (By & {
      readonly type: 'audit.exported';
      readonly userId: string;
      readonly everybody: boolean;
      readonly format: string;
      readonly filters: readonly string[];
    })
  | (By & { readonly type: 'audit.values_erased'; readonly count: number; readonly before: string })
  | (By & { readonly type: 'audit.entries_pruned'; readonly count: number; readonly size: number })
  | (By & {
      readonly type: 'system.started';
      readonly instance: string;
      readonly lastStopClean: boolean | null;
    })
  | (By & { readonly type: 'system.stopped'; readonly instance: string });

export type DomainEventType = DomainEvent['type'];
export type DomainEventOf<T extends DomainEventType> = Extract<DomainEvent, { readonly type: T }>;

/** The wildcard that listens to every event. */
export const EVERY_EVENT = '**';

/** Somebody whom the guard knows, or who has just shown who they are. */
interface KnownCaller {
  readonly userId: string;
  readonly keyId?: string;
  readonly request: RequestContext;
}

export const byUser = ({ userId: id, keyId, request }: KnownCaller): Caller => ({
  type: 'user',
  id,
  ...(keyId === undefined ? {} : { keyId }),
  request,
});
export const byAnonymous = (request: RequestContext): Caller => ({
  type: 'anonymous',
  id: null,
  request,
});
export const bySystem: EventActor = { type: 'system', id: null, request: null };
