import type { NextFunction, Request, Response } from 'express';
import { errors } from '../../common/refusals/errors.js';

/**
 * Refuses a DELETE whose path ends with a slash. Routes match with and without one, so a deletion of one thing whose
 * id got lost would otherwise be that of all: `/api/trash/` is not `/api/trash`.
 */
export function exactDeletion({ method, path }: Request, _response: Response, next: NextFunction): void {
  if (method === 'DELETE' && path.length > 1 && path.endsWith('/')) return next(errors.routeNotFound());
  next();
}
