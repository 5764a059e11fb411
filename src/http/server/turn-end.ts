import type { ServerResponse } from 'node:http';

let waiting: [response: ServerResponse, body: string][] = [];

/**
 * Ends `response` with `body` at the end of this turn of the event loop, together with all other answers of
 * the turn. Each write to a socket wakes a waiting client or proxy; on a machine with little load, this costs
 * more than the answer itself.
 */
export function endWithTurn(response: ServerResponse, body = ''): void {
  if (waiting.push([response, body]) === 1) setImmediate(endAll);
}

function endAll(): void {
  const answers = waiting;
  waiting = [];
  for (const [response, body] of answers) response.end(body);
}
