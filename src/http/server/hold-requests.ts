import type { RequestListener, Server, ServerResponse } from 'node:http';
import { errors } from '../../common/refusals/errors.js';
import { bareProblem } from '../answer/bare-problem.js';

/** Within this a start is over, or something is wrong with it. */
const PATIENCE_MS = 10_000;
const EVENTS = ['request', 'checkExpectation'] as const;

/**
 * Lets the requests that reach `server` wait until the function that is returned has been called; those that wait longer
 * than `patienceMs` are answered with 503 `not_ready`.
 */
export function holdRequests(server: Server, patienceMs = PATIENCE_MS): () => void {
  const held = new Map<ServerResponse, () => void>();
  const hold: RequestListener = (request, response) => {
    const timer = setTimeout(() => {
      held.delete(response);
      refuse(response);
    }, patienceMs).unref();
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
