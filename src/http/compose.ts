import type { NextFunction, Request, RequestHandler, Response } from 'express';

/** Combines several middlewares into one, because the router matches the path again for each of them. */
export function compose(...middlewares: readonly RequestHandler[]): RequestHandler {
  const [first, ...rest] = middlewares;
  if (first === undefined) return (_request, _response, next) => next();
  const remaining = compose(...rest);
  return (request: Request, response: Response, next: NextFunction): void => {
    void first(request, response, (error?: unknown) => {
      if (error === undefined) void remaining(request, response, next);
      else next(error);
    });
  };
}
