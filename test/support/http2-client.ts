import { once } from 'node:events';
import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from 'node:http2';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Client } from './client.js';

const { HTTP2_HEADER_METHOD, HTTP2_HEADER_PATH, HTTP2_HEADER_STATUS } = constants;

/** A client that speaks HTTP/2 over one connection of TLS, and trusts one certificate. */
export class Http2Client extends Client {
  readonly session: ClientHttp2Session;

  /** @param ca the certificate, as PEM. */
  constructor(url: string, ca: Buffer) {
    super(url);
    this.session = connect(url, { ca });
    // A failure of the connection is one of its requests, too.
    this.session.on('error', () => undefined);
  }

  override async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const request = new Request(this.url + path, init);
    if (this.token !== '' && !request.headers.has('authorization'))
      request.headers.set('authorization', `Bearer ${this.token}`);
    const stream = this.session.request(
      {
        ...Object.fromEntries(request.headers),
        [HTTP2_HEADER_METHOD]: request.method,
        [HTTP2_HEADER_PATH]: path,
      },
      // Otherwise an empty body follows, and that is one without a type.
      { endStream: request.body === null },
    );
    const answered = once(stream, 'response') as Promise<[IncomingHttpHeaders]>;
    // A refusal comes before the whole body is sent.
    const sent =
      request.body === null
        ? Promise.resolve()
        : pipeline(Readable.fromWeb(request.body), stream, { end: true }).catch(() => undefined);
    const [head] = await answered;
    const body = await bytesOf(stream);
    await sent;
    const status = Number(head[HTTP2_HEADER_STATUS]);
    const headers = Object.entries(head).flatMap(([name, value]) =>
      name.startsWith(':') ? [] : [[name, String(value)] as [string, string]],
    );
    return new Response([204, 304].includes(status) ? null : body, { status, headers });
  }

  /** Cuts the connection. */
  close(): void {
    this.session.destroy();
  }
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
