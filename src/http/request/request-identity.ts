import type { NextFunction, Request, Response } from 'express';
import { newId } from '../../common/ids.js';
import { setContext } from '../../common/access/request-context.js';
import { clientAddress } from './client-address.js';

const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

/**
 * Gives every request an id and the context for log and audit. The id is taken from `X-Request-Id` or made
 * here, and sent back in `X-Request-Id`. New ids sort by time, which keeps inserts into the index of the
 * audit trail cheap.
 */
export function requestIdentity(trustedHops: number) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const sent = request.headers['x-request-id'];
    const requestId = typeof sent === 'string' && REQUEST_ID.test(sent) ? sent : newId();
    response.setHeader('X-Request-Id', requestId);
    setContext(request, {
      requestId,
      ip: clientAddress(request, trustedHops),
      userAgent: request.headers['user-agent'] ?? null,
    });
    next();
  };
}
