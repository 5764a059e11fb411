import type { NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import { Histogram, type Registry } from 'prom-client';
import type { Actor } from '../../common/access/actor.js';
import { contextOf } from '../../common/access/request-context.js';
import { traceIdOf } from '../../common/access/trace-id.js';

/**
 * 40 characters or more of base64url, escapes included. Tokens have 43, and ids have 36. A token is also found
 * in a path that has no route.
 */
const TOKEN = /[\w%-]{40,}/g;

/**
 * Writes one log line and one measurement for each request, when its response is complete or its client has
 * disconnected.
 * The line has the path without tokens and query, and no headers, so it contains no secret. Successful probes of
 * `/health` and `/ready` are logged at level debug, because they are frequent.
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
        trace_id: traceIdOf(request),
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

/** The pattern of the route, not the path: a metric must have few label values. */
function routeOf(request: Request): string {
  const route = request.route as { path: unknown } | undefined;
  return typeof route?.path === 'string' ? route.path : 'unmatched';
}

/** The path. What may be the token of a link is left out. */
function pathOf(request: Request): string {
  const end = request.originalUrl.indexOf('?');
  const path = end === -1 ? request.originalUrl : request.originalUrl.slice(0, end);
  return path.replace(TOKEN, '…');
}

function levelOf(status: number, route: string): 'debug' | 'info' | 'error' {
  if (status >= 500) return 'error';
  return status < 400 && (route === '/health' || route === '/ready') ? 'debug' : 'info';
}
