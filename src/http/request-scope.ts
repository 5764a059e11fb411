import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import { setContext } from '../common/request-context.js';
import { clientAddress } from './client-address.js';

const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** Gives every request its id, in `X-Request-Id` both ways, and the context that log and audit read. */
export function requestScope(trustedHops: number) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const sent = request.headers['x-request-id'];
    const requestId = typeof sent === 'string' && REQUEST_ID.test(sent) ? sent : randomUUID();
    response.setHeader('X-Request-Id', requestId);
    setContext(request, {
      requestId,
      ip: clientAddress(request, trustedHops),
      userAgent: request.headers['user-agent'] ?? null,
    });
    next();
  };
}
