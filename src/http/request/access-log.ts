import type { NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import { Histogram, type Registry } from 'prom-client';
import type { Actor } from '../../common/access/actor.js';
import { contextOf } from '../../common/access/request-context.js';

/**
 * One log line and one measurement a request, when its response is done or its client has gone.
 * The line has the path but not the query, and no header: nothing secret can be in it. `/health` and
 * `/ready`, which are asked all the time, are logged at debug while they succeed.
 */
export function accessLog(logger: Logger, registry: Registry) {
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'From the first byte of the request to the last of the response.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    registers: [registry],
  });
  return (request: Request, response: Response, next: NextFunction): void => {
    const begun = performance.now();
    const context = contextOf(request);
    response.once('close', () => {
      const ms = performance.now() - begun;
      const status = response.writableFinished ? response.statusCode : 499;
      const route = routeOf(request);
      duration.observe({ method: request.method, route, status }, ms / 1000);
      const level = levelOf(status, route);
      if (!logger.isLevelEnabled(level)) return;
      logger[level]({
        request_id: context.requestId,
        method: request.method,
        path: pathOf(request),
        status,
        ms: Math.round(ms * 10) / 10,
        ip: context.ip,
        user_id: (request.user as Actor | undefined)?.userId,
      });
    });
    next();
  };
}

/** The pattern, never the path: labels must be few. */
function routeOf(request: Request): string {
  const route = request.route as { path: unknown } | undefined;
  return typeof route?.path === 'string' ? route.path : 'unmatched';
}

function pathOf(request: Request): string {
  const end = request.originalUrl.indexOf('?');
  return end === -1 ? request.originalUrl : request.originalUrl.slice(0, end);
}

function levelOf(status: number, route: string): 'debug' | 'info' | 'error' {
  if (status >= 500) return 'error';
  return status < 400 && (route === '/health' || route === '/ready') ? 'debug' : 'info';
}
