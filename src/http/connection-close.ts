import type { NextFunction, Request, Response } from 'express';
import type { Lifecycle } from '../common/lifecycle.js';

/** While stopping, every answer tells its client not to send another request on this connection. */
export function connectionClose(lifecycle: Lifecycle) {
  return (_request: Request, response: Response, next: NextFunction): void => {
    if (lifecycle.stopping) response.setHeader('Connection', 'close');
    next();
  };
}
