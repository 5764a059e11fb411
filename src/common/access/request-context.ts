import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';

/** The facts about a request that the audit trail and the log record. */
export interface RequestContext {
  readonly requestId: string;
  /** The client's address without a port. Null when the socket is already closed. */
  readonly ip: string | null;
  readonly userAgent: string | null;
}

const CONTEXT = Symbol('request context');

interface InContext extends IncomingMessage {
  [CONTEXT]?: RequestContext;
}

/** Sets the context of `request`. Call it before everything else that handles the request. */
export function setContext(request: IncomingMessage, context: RequestContext): void {
  (request as InContext)[CONTEXT] = context;
}

/**
 * The context of `request`. It travels on as an argument, in the actor and in events. An `AsyncLocalStorage`
 * would slow down every promise of the process on Node 20.
 */
export function contextOf(request: IncomingMessage): RequestContext {
  const context = (request as InContext)[CONTEXT];
  if (context === undefined) throw new Error('the request has no context: requestIdentity comes first');
  return context;
}

/** The context of this request. For routes without an actor. */
export const CurrentRequest = createParamDecorator((_: unknown, context: ExecutionContext): RequestContext =>
  contextOf(context.switchToHttp().getRequest<IncomingMessage>()),
);
