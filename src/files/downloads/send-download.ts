import type { ServerResponse } from 'node:http';
import { discardBody, type Download, type DownloadBody } from './download.js';
import type { Chunk } from '../storage/byte-source.js';

/**
 * Sends a download. Resolves when all bytes were handed to the socket, or when the transfer broke off.
 * It breaks off when the client disconnects. It also breaks off when the bytes cannot be read to their end:
 * the connection is destroyed, so that the client does not take the part for the whole.
 * Afterwards all memory is released and the source is closed.
 */
export async function sendDownload(
  response: ServerResponse,
  { status, headers, body }: Download,
): Promise<void> {
  // The deadline has passed and the client has its answer already.
  if (response.headersSent) return discardBody(body);
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (body === null) response.end();
  else await pump(response, body);
}

/** Reads the next piece while the one before is sent. */
async function pump(response: ServerResponse, { first, second, rest, broken }: DownloadBody): Promise<void> {
  // A single piece is sent together with the headers.
  if (second === null) return void (await send(response, first, true));
  // The piece that `send` does not have yet. `send` gives its pieces back itself.
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

/**
 * Hands a piece to the socket; `last` ends the response.
 * @returns false when the client has disconnected. The socket may still read the piece then, so its memory is
 * not used again.
 */
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
