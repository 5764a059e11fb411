import type { NextFunction, Request, Response } from 'express';
import { newId } from '../../common/ids.js';
import { setContext } from '../../common/access/request-context.js';
import { clientAddress } from './client-address.js';

const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

/**
 * Gives every request its id, in `X-Request-Id` both ways, and the context that log and audit read. Ids of our own sort by time:
 * the trail's index of them then grows at its end, which costs least.
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
