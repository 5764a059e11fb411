import type { ServerResponse } from 'node:http';
import { discardBody, type Download, type DownloadBody } from './download.js';
import type { Chunk } from '../storage/byte-source.js';

/**
 * Writes a download as the answer. Resolves when all of it was handed to the socket, or the transfer broke off: because its client
 * went away, or because the bytes cannot be read to their end, which the client must not take for the end. Then nothing of it is held any more.
 */
export async function sendDownload(
  response: ServerResponse,
  { status, headers, body }: Download,
): Promise<void> {
  // Its client has waited for too long, and has been told so.
  if (response.headersSent) return discardBody(body);
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (body === null) response.end();
  else await pump(response, body);
}

/** Reads the next piece while the one before is on its way. */
async function pump(response: ServerResponse, { first, second, rest, broken }: DownloadBody): Promise<void> {
  // All of it: in one write with the head.
  if (second === null) return void (await send(response, first, true));
  // What `send` does not have yet: from then on, the piece is for it to give back.
  let unsent: Chunk | null = second;
  let sending = send(response, first, false);
  try {
    while (unsent !== null && (await sending)) {
      sending = send(response, unsent, false);
      unsent = null;
      unsent = await rest.next();
    }
    if (unsent === null && (await sending)) return void response.end();
  } catch (error) {
    await broken(error as Error);
  }
  unsent?.giveBack();
  await rest.close();
  response.destroy();
}

/** Hands a piece to the socket, as the last one or not. @returns false when the client has gone; its memory then stays with the socket. */
function send(response: ServerResponse, chunk: Chunk, last: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (taken: boolean) => {
      response.off('close', gone);
      if (taken) chunk.giveBack();
      else chunk.abandon();
      resolve(taken);
    };
    const gone = () => settle(false);
    if (response.destroyed) return gone();
    response.once('close', gone);
    if (last) response.end(chunk.bytes, () => settle(true));
    else response.write(chunk.bytes, (error) => settle(error == null));
  });
}
