import type { Actor } from '../common/access/actor.js';
import type { RequestContext } from '../common/access/request-context.js';

/** A user who has just proved who they are, and has no session yet or no longer. */
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

/** The service itself, or the operator on its command line. */
interface System {
  readonly type: 'system';
}

/** The author of a request. */
export type Caller = Actor | Recognised | Anonymous;

/** The one who caused an event. */
export type EventActor = Caller | System;

export const byUser = (userId: string, request: RequestContext): Caller => ({
  type: 'user',
  userId,
  request,
});
export const byAnonymous = (request: RequestContext): Caller => ({ type: 'anonymous', request });
export const bySystem: EventActor = { type: 'system' };

/** The id of the acting user. Null for an unknown caller and for the service itself. */
export const userOf = (actor: EventActor): string | null => ('userId' in actor ? actor.userId : null);
