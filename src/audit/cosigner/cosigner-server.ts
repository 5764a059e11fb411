import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Cosigner } from './cosigner.js';

/** A proof of 63 hashes and a note with 100 signatures have room in it. */
const MAX_BODY_BYTES = 65_536;
const REQUEST_MS = 10_000;
const STOP_MS = 2000;
const PATH = '/add-checkpoint';

/** Serves a witness by HTTP: `POST /add-checkpoint`. Whoever listens stops it by `stopCosignerServer`. */
export function cosignerServer(cosigner: Cosigner, onFailure: (error: unknown) => void): Server {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url !== PATH) return send(response, 404, 'there is only /add-checkpoint');
    if (request.method !== 'POST') return send(response.setHeader('Allow', 'POST'), 405, 'use POST');
    const body = await bodyOf(request);
    if (body === null) {
      response.setHeader('Connection', 'close');
      return send(response, 413, 'the request is too long');
    }
    const { status, type, body: words } = await cosigner.add(body);
    response.writeHead(status, { 'Content-Type': type }).end(words);
  };
  const timeouts = {
    requestTimeout: REQUEST_MS,
    headersTimeout: REQUEST_MS,
    connectionsCheckingInterval: 1000,
  };
  return createServer(timeouts, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      // The client has gone, or the state could not be stored: nothing was cosigned.
      if (!request.destroyed || request.complete) onFailure(error);
      if (!response.headersSent) send(response, 500, 'the checkpoint could not be kept');
    });
  });
}

/**
 * Stops a server: requests that are running get their answers. A client that is still sending after 2 s is cut off, because a server
 * that is closing no longer limits the time of a request.
 */
export async function stopCosignerServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const cut = setTimeout(() => server.closeAllConnections(), STOP_MS);
  await closed;
  clearTimeout(cut);
}

/** Null when it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_BODY_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

function send(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${words}\n`);
}
