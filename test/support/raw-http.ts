import { connect, type Socket } from 'node:net';

/**
 * Sends bytes unchanged and collects the answer until the peer closes, `enough` returns true, or the time is
 * over.
 */
export async function rawExchange(
  port: number,
  chunks: readonly (string | Buffer)[],
  {
    timeoutMs = 6000,
    enough = hasWholeAnswer,
  }: { timeoutMs?: number; enough?: (text: string) => boolean } = {},
): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  let text = '';
  const done = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    socket.on('data', (data) => {
      text += data.toString('latin1');
      if (enough(text)) end();
    });
    socket.on('close', end);
  });
  for (const chunk of chunks) socket.write(chunk);
  await done;
  socket.destroy();
  return text;
}

function hasWholeAnswer(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return false;
  const length = /content-length: (\d+)/i.exec(text.slice(0, end));
  return length !== null && text.length >= end + 4 + Number(length[1]);
}

export const statusOf = (text: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);

/** An open connection that has sent `head` and can send more. */
export function openRaw(port: number, head: string | Buffer): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(head, () => resolve(socket));
    });
    socket.once('error', reject);
    socket.on('error', () => undefined);
  });
}

const BOUNDARY = 'test-boundary';

interface Part {
  readonly disposition: string;
  readonly type?: string;
  readonly body: string | Buffer;
}

/** A multipart body made of exactly these bytes. */
export function multipart(parts: readonly Part[], closing = true): Buffer {
  const chunks = parts.flatMap(({ disposition, type, body }) => [
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n`),
    Buffer.from(type === undefined ? '\r\n' : `Content-Type: ${type}\r\n\r\n`),
    Buffer.from(body),
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...chunks, Buffer.from(closing ? `--${BOUNDARY}--\r\n` : '')]);
}

export function uploadHead(token: string, length: number | 'chunked', contentType?: string): string {
  return [
    'POST /api/files HTTP/1.1',
    'Host: localhost',
    `Authorization: Bearer ${token}`,
    `Content-Type: ${contentType ?? `multipart/form-data; boundary=${BOUNDARY}`}`,
    length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`,
    '',
    '',
  ].join('\r\n');
}

export const filePart = (name: string, body: string | Buffer): Part => ({
  disposition: `name="file"; filename="${name}"`,
  type: 'application/octet-stream',
  body,
});
