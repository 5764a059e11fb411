import type { NextFunction, Request, Response } from 'express';
import { errors } from '../common/errors.js';

/**
 * Refuses a body whose end cannot be known: an encoding whose last one is not chunked (RFC 9112, section 6.3).
 * Node's parser lets it pass, and a proxy in front may read it otherwise.
 */
export function messageFraming(request: Request, _response: Response, next: NextFunction): void {
  const encoding = request.headers['transfer-encoding'];
  if (encoding === undefined || encoding.toLowerCase() === 'chunked') return next();
  next(errors.malformedRequest('The transfer encoding is not supported.'));
}
