import type { RequestListener, Server, ServerResponse } from 'node:http';
import { errors } from '../../common/refusals/errors.js';
import { bareProblem } from '../answer/bare-problem.js';

/** A start that takes longer than this has failed. */
const MAX_HOLD_MS = 10_000;
const EVENTS = ['request', 'checkExpectation'] as const;

/**
 * Holds the requests that reach `server` until the returned function is called. A request that waits longer
 * than `maxHoldMs` is answered with 503 `not_ready`.
 */
export function holdRequests(server: Server, maxHoldMs = MAX_HOLD_MS): () => void {
  const held = new Map<ServerResponse, () => void>();
  const hold: RequestListener = (request, response) => {
    const timer = setTimeout(() => {
      held.delete(response);
      refuse(response);
    }, maxHoldMs).unref();
    held.set(response, () => {
      clearTimeout(timer);
      server.emit('request', request, response);
    });
    response.once('close', () => {
      clearTimeout(timer);
      held.delete(response);
    });
  };
  const listeners = EVENTS.map((event) => server.listeners(event) as RequestListener[]);
  for (const event of EVENTS) server.removeAllListeners(event).on(event, hold);
  return () => {
    EVENTS.forEach((event, index) => {
      server.off(event, hold);
      for (const listener of listeners[index]!) server.on(event, listener);
    });
    for (const serve of held.values()) serve();
    held.clear();
  };
}

function refuse(response: ServerResponse): void {
  const { headers, body } = bareProblem(errors.notReady([{ name: 'process', status: 'failing' }]));
  response.writeHead(503, headers.flat()).end(body);
}
