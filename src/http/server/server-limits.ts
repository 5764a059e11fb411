import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type ApiError, errors } from '../../common/refusals/errors.js';
import { bareProblem } from '../answer/bare-problem.js';

const HEADERS_MS = 15_000;
const STALL_MS = 60_000;
const KEEP_ALIVE_MS = 65_000;
const LINGER_MS = 2000;

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
  // Node drops what is beyond its limit in silence; requestHead refuses it, and 16 KiB bound what there is to count.
  server.maxHeadersCount = 0;
  server.on('clientError', (error: NodeJS.ErrnoException, socket: HttpSocket) => refuse(error, socket));
}

/** What this file needs of a socket beyond its type: the answer that is being written to it, as Node's own handler asks. */
interface HttpSocket extends Socket {
  readonly _httpMessage?: ServerResponse | null;
}

/** Connections whose refusal waits for the answer before it. */
const waiting = new WeakSet<Socket>();

/**
 * What Node's parser refuses never becomes a request; the answer is written to the bare socket, also on a connection that
 * has been used before: a proxy would take an instance that says nothing for a dead one.
 */
function refuse(error: NodeJS.ErrnoException, socket: HttpSocket): void {
  // The rest of what was refused.
  if (socket.writableEnded || waiting.has(socket)) return;
  const current = socket._httpMessage ?? null;
  if (error.code === 'ECONNRESET' || !socket.writable || isBegun(current)) {
    socket.destroy();
  } else if (current?.req.complete === true) {
    // An earlier request of the connection has its answer first.
    waiting.add(socket);
    current.once('close', () => {
      waiting.delete(socket);
      refuse(error, socket);
    });
  } else {
    answer(error, socket);
  }
}

/** Whether what is wrong belongs to a request whose answer is already on its way. */
function isBegun(current: ServerResponse | null): boolean {
  return current !== null && current.headersSent && !current.req.complete;
}

/** Reads on for a moment: closed with something unread, the connection would be reset, and the answer lost with it. */
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
