import type { NextFunction, Request, Response } from 'express';
import { hasBody } from '../../common/input/has-body.js';

const LINGER_MS = 5000;

/**
 * Handles an answer that is sent before the whole request has arrived. The rest of the request is read and
 * dropped for up to 5 s, so that the client can read the answer and gets no connection reset. Then the
 * connection is closed.
 */
export function lingeringClose(request: Request, response: Response, next: NextFunction): void {
  if (!hasBody(request)) return next();
  response.once('finish', () => {
    if (request.complete || request.socket.destroyed) return;
    const timer = setTimeout(() => request.socket.destroy(), LINGER_MS).unref();
    request.once('end', () => clearTimeout(timer)).resume();
  });
  next();
}
