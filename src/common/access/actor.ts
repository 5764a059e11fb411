import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { RequestContext } from './request-context.js';
import type { Role } from './roles.js';
import type { Scope } from './scopes.js';

interface BaseActor {
  readonly userId: string;
  readonly roles: readonly Role[];
  /** The request with which they act. */
  readonly request: RequestContext;
}

/** A signed-in user. */
export interface SessionActor extends BaseActor {
  readonly type: 'session';
  readonly sessionId: string;
}

/** A program that acts for a user, with the scopes of its API key. */
export interface KeyActor extends BaseActor {
  readonly type: 'key';
  readonly keyId: string;
  readonly scopes: readonly Scope[];
}

/** The authenticated caller. */
export type Actor = SessionActor | KeyActor;

/** An actor without its request, as it is cached between requests. */
export type Remembered<A extends Actor> = Omit<A, 'request'>;

function actorOf(context: ExecutionContext): Actor {
  const { user } = context.switchToHttp().getRequest<Request>();
  if (user === undefined) throw new Error('this route has no guard and so no actor');
  return user as Actor;
}

/** The caller of this request. Only for routes that the guard protects. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Actor =>
  actorOf(context),
);

/** The caller of this request, on a route that is closed to API keys. */
export const CurrentSession = createParamDecorator((_: unknown, context: ExecutionContext): SessionActor => {
  const actor = actorOf(context);
  if (actor.type !== 'session') throw new Error('a route for sessions must be closed to API keys');
  return actor;
});
