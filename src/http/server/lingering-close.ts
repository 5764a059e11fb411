import type { NextFunction, Request, Response } from 'express';
import { hasBody } from '../request/has-body.js';

const LINGER_MS = 5000;

/**
 * Answers that come before the whole request has arrived: the rest is read and thrown away for a moment,
 * so that the client gets to read the answer instead of a reset; then the connection is cut.
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
