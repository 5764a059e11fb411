import type { NextFunction, Request, Response } from 'express';
import type { Lifecycle } from '../common/lifecycle.js';

/** Once the stop has begun, every answer, also to a request in flight, tells its client to open another connection. */
export function connectionClose(lifecycle: Lifecycle) {
  const inFlight = new Set<Response>();
  const announce = (response: Response) => {
    if (!response.headersSent) response.setHeader('Connection', 'close');
  };
  lifecycle.onStop(() => inFlight.forEach(announce));
  return (_request: Request, response: Response, next: NextFunction): void => {
    if (lifecycle.stopping) announce(response);
    inFlight.add(response);
    response.once('close', () => inFlight.delete(response));
    next();
  };
}
