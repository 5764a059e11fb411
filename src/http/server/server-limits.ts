import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { errors } from '../../common/refusals/errors.js';
import type { ApiError } from '../../common/refusals/refusal.js';
import { bareProblem } from '../answer/bare-problem.js';

const HEADERS_MS = 15_000;
const STALL_MS = 60_000;
const KEEP_ALIVE_MS = 65_000;
const LINGER_MS = 2000;

/**
 * Sets the limits of the server. They apply to connections without any progress, never to slow ones. The
 * duration of a request is not limited.
 */
export function limitServer(server: Server): void {
  server.headersTimeout = HEADERS_MS;
  server.requestTimeout = 0;
  server.timeout = STALL_MS;
  // Longer than nginx's 60 s, so that the proxy closes an idle connection and not the server.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // Node drops fields over its limit silently, so its limit is off. `requestHead` refuses them, and the limit
  // of 16 KiB bounds their number.
  server.maxHeadersCount = 0;
  server.on('clientError', (error: NodeJS.ErrnoException, socket: HttpSocket) => refuse(error, socket));
}

/**
 * A socket with the response that is being written to it. Node's own error handler uses the same property.
 */
interface HttpSocket extends Socket {
  readonly _httpMessage?: ServerResponse | null;
}

/** Connections whose refusal waits for an earlier answer. */
const waiting = new WeakSet<Socket>();

/**
 * Answers a request that Node's parser refused. It never became a request, so the answer is written to the
 * socket. This also holds on a reused connection: a proxy would take a closed connection without an answer
 * for a dead instance.
 */
function refuse(error: NodeJS.ErrnoException, socket: HttpSocket): void {
  // More bytes of the refused request.
  if (socket.writableEnded || waiting.has(socket)) return;
  const current = socket._httpMessage ?? null;
  if (error.code === 'ECONNRESET' || !socket.writable || isBegun(current)) {
    socket.destroy();
  } else if (current?.req.complete === true) {
    // An earlier request on this connection is answered first.
    waiting.add(socket);
    current.once('close', () => {
      waiting.delete(socket);
      refuse(error, socket);
    });
  } else {
    answer(error, socket);
  }
}

/** True when the error belongs to a request whose answer is already being sent. */
function isBegun(current: ServerResponse | null): boolean {
  return current !== null && current.headersSent && !current.req.complete;
}

/**
 * Sends the answer and reads on for a moment. If unread bytes remained at the close, the connection would be
 * reset and the answer lost.
 */
function answer(error: NodeJS.ErrnoException, socket: Socket): void {
  socket.end(rawResponse(refusalOf(error)));
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => clearTimeout(timer));
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
  const { headers, body } = bareProblem(refusal);
  return [
    `HTTP/1.1 ${refusal.status} ${REASONS[refusal.status]}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    '',
    body,
  ].join('\r\n');
}
