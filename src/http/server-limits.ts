import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { type ApiError, errors } from '../common/errors.js';
import { PROBLEM_JSON, toProblem } from '../common/problem.js';

const HEADERS_MS = 15_000;
const STALL_MS = 60_000;
const KEEP_ALIVE_MS = 65_000;
const MAX_HEADERS = 100;

/**
 * Limits of the server itself. They cut what does not move, never what moves slowly: there is no limit on
 * how long a request may take, only on how long a connection may be silent.
 */
export function limitServer(server: Server): void {
  server.headersTimeout = HEADERS_MS;
  server.requestTimeout = 0;
  server.timeout = STALL_MS;
  // Longer than nginx's 60 s, so that the proxy, not the server, ends an idle connection.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.maxHeadersCount = MAX_HEADERS;
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuse(error, socket));
}

/** What Node's parser refuses never becomes a request; the answer is written to the bare socket. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  socket.end(rawResponse(refusalOf(error)), () => socket.destroy());
}

function refusalOf(error: NodeJS.ErrnoException): ApiError {
  if (error.code === 'HPE_HEADER_OVERFLOW') return errors.headersTooLarge();
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return errors.requestTimeout();
  return errors.malformedRequest('The request is not valid HTTP/1.1.');
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

function rawResponse(refusal: ApiError): string {
  const requestId = randomUUID();
  const body = JSON.stringify(toProblem(refusal, requestId));
  return [
    `HTTP/1.1 ${refusal.status} ${REASONS[refusal.status]}`,
    `Content-Type: ${PROBLEM_JSON}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'X-Content-Type-Options: nosniff',
    'Cache-Control: no-store',
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
