import type { Actor } from '../common/access/actor.js';
import type { RequestContext } from '../common/access/request-context.js';

/** Somebody who has just shown who they are, and has no session yet or no more. */
interface Recognised {
  readonly type: 'user';
  readonly userId: string;
  readonly request: RequestContext;
}

/** A caller without a token. */
interface Anonymous {
  readonly type: 'anonymous';
  readonly request: RequestContext;
}

/** The service itself, or the operator at its command line. */
interface System {
  readonly type: 'system';
}

/** Who acts by a request. */
export type Caller = Actor | Recognised | Anonymous;

/** Who did it. */
export type EventActor = Caller | System;

export const byUser = (userId: string, request: RequestContext): Caller => ({
  type: 'user',
  userId,
  request,
});
export const byAnonymous = (request: RequestContext): Caller => ({ type: 'anonymous', request });
export const bySystem: EventActor = { type: 'system' };

/** The user who acts; null for one who is not known, and for the service itself. */
export const userOf = (actor: EventActor): string | null => ('userId' in actor ? actor.userId : null);
