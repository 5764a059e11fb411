import { type Answer, type Client, answerOf, type FileBody } from './client.js';

const PIECE_BYTES = 64 * 1024;
const HEAD = Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="file.bin"\r\n\r\n');
const TAIL = Buffer.from('\r\n--b--\r\n');

interface Options {
  /** True for a chunked body, whose length is not announced. */
  readonly chunked: boolean;
  readonly headers?: Record<string, string>;
  /** `PUT` of a file instead of a new file. */
  readonly replaces?: string;
}

/** Sends a file of so many bytes. */
export async function uploadForm(
  client: Client,
  bytes: number,
  { chunked, headers = {}, replaces }: Options,
): Promise<Answer<FileBody & { code?: string }>> {
  const body: RequestInit = chunked
    ? { body: inPieces(bytes), duplex: 'half' }
    : { body: Buffer.concat([HEAD, Buffer.alloc(bytes), TAIL]) };
  const path = replaces === undefined ? '/api/files' : `/api/files/${replaces}`;
  const method = replaces === undefined ? 'POST' : 'PUT';
  const type = { 'content-type': 'multipart/form-data; boundary=b' };
  return answerOf(await client.fetch(path, { method, headers: { ...type, ...headers }, ...body }));
}

/** Uploads a file of so many bytes, whose length is announced. @returns the status. */
export async function uploadAnnounced(client: Client, bytes: number): Promise<number> {
  return (await uploadForm(client, bytes, { chunked: false })).status;
}

/** Uploads a file of so many bytes in a chunked body, whose length is not announced. @returns the status. */
export async function uploadInChunks(client: Client, bytes: number): Promise<number> {
  return (await uploadForm(client, bytes, { chunked: true })).status;
}

function inPieces(bytes: number): ReadableStream {
  let left = bytes;
  return new ReadableStream({
    start: (stream) => stream.enqueue(HEAD),
    pull: (stream) => {
      const piece = Math.min(left, PIECE_BYTES);
      left -= piece;
      if (piece > 0) return stream.enqueue(Buffer.alloc(piece));
      stream.enqueue(TAIL);
      stream.close();
    },
  });
}
