import type { ServerResponse } from 'node:http';
import type { Download, DownloadBody } from './download.js';
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
  if (response.headersSent) return void (await discard(body));
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (body === null) response.end();
  else await pump(response, body);
}

async function discard(body: DownloadBody | null): Promise<void> {
  body?.first.giveBack();
  await body?.rest.close();
}

/** Reads the next piece while the one before is on its way. */
async function pump(response: ServerResponse, { first, rest, broken }: DownloadBody): Promise<void> {
  // What `send` does not have yet: from then on, the piece is for it to give back.
  let unsent: Chunk | null = first;
  try {
    const second = await rest.next();
    // All of it: in one write with the head.
    if (second === null) return void (await send(response, first, true));
    let sending = send(response, first, false);
    unsent = second;
    while (unsent !== null && (await sending)) {
      sending = send(response, unsent, false);
      unsent = null;
      unsent = await rest.next();
    }
    if (unsent === null && (await sending)) return void response.end();
  } catch (error) {
    broken(error as Error);
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
