import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import { now } from '../../common/time.js';
import { hasBody } from '../../common/input/has-body.js';
import { capturedHeaders } from '../answer/captured-headers.js';
import { headFault } from '../request/request-head.js';
import { DATA_HEADERS } from '../answer/security-headers.js';

/**
 * Answers a plain `GET /health` before the framework does. It uses nothing and waits for nothing, and is about
 * as fast as a bare `node:http` server, which the framework is not (`bench/README.md`). So probes cost little.
 * Every other form (HEAD, a trailing slash, a request id, an `Origin`, a body, a faulty head) takes the normal
 * way: to the same answer by `HealthController`, which the API document is made from, or to a refusal.
 */
export function answerLiveness(crossOrigin: RequestHandler) {
  const common = [...DATA_HEADERS, ...capturedHeaders(crossOrigin)].flat();
  return (request: IncomingMessage, response: ServerResponse): string | null => {
    if (request.url !== '/health' || request.method !== 'GET') return null;
    const { headers } = request;
    if (headers.origin !== undefined || headers['x-request-id'] !== undefined) return null;
    if (hasBody(request) || headFault(request) !== null) return null;
    const body = JSON.stringify({ status: 'healthy', timestamp: now() });
    response.writeHead(200, [
      ...common,
      'X-Request-Id',
      randomUUID(),
      'Content-Type',
      'application/json; charset=utf-8',
      'Content-Length',
      String(Buffer.byteLength(body)),
    ]);
    return body;
  };
}
