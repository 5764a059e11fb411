import { AsyncLocalStorage } from 'node:async_hooks';

/** What the audit trail and the log want to know of the request being served. */
export interface RequestContext {
  readonly requestId: string;
  /** The client's address without a port, null when the socket is already gone. */
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** The API key that acts, once the guard knows it. */
  keyId?: string;
}

/** Holds the context of the current request; empty outside one (start, stop, sweeps). */
export const requestContext = new AsyncLocalStorage<RequestContext>();
