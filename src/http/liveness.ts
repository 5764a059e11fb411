import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { now } from '../common/time.js';
import { API_HEADERS } from './security-headers.js';

const HEADERS = [...API_HEADERS].flat();

/**
 * Answers a plain `GET /health` before the framework: liveness touches nothing, is asked all the time, and must
 * not wait for anything. Whatever is not exactly that (HEAD, a trailing slash, a request id, an `Origin`)
 * takes the ordinary way to the same answer.
 */
export function answerLiveness(request: IncomingMessage, response: ServerResponse): string | null {
  if (request.url !== '/health' || request.method !== 'GET') return null;
  const { headers } = request;
  if (headers.origin !== undefined || headers['x-request-id'] !== undefined) return null;
  const body = JSON.stringify({ status: 'healthy', timestamp: now() });
  response.writeHead(200, [
    ...HEADERS,
    'X-Request-Id',
    randomUUID(),
    'Content-Type',
    'application/json; charset=utf-8',
    'Content-Length',
    String(Buffer.byteLength(body)),
  ]);
  return body;
}
