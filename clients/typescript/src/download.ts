import { headersOf } from './answer-headers.js';
import { overNetwork } from './connection-error.js';
import { type Backoff, patient, Retries } from './retries.js';

type Bytes = ReadableStream<Uint8Array<ArrayBuffer>>;
type Reader = ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;

/** What a download adds to a request. */
export interface StreamRequest {
  readonly parseAs: 'stream';
  readonly signal?: AbortSignal;
  readonly headers?: { readonly Range?: string; readonly 'If-Match'?: string };
}

export interface DownloadOptions {
  /** Stops the download. */
  readonly signal?: AbortSignal;
  /** How long to wait after a failure. */
  readonly backoff?: Backoff;
}

export interface Download {
  /** The name of the file. */
  readonly name: string;
  readonly type: string;
  /** Bytes. */
  readonly size: number;
  /** Names this very content: with a download that was not redirected, its SHA-256 in quotes. */
  readonly etag: string;
  /** The bytes, as fast as they are read. */
  readonly stream: Bytes;
}

/**
 * Downloads a file as a stream: `download((request) => api.files.download({ path: { id }, ...request }))`, and in the
 * same way a version or a grant. A stream that breaks goes on where it broke, with the same content or not at all.
 * @throws ApiError when the service refuses it. The stream fails with one when the content is another one by then.
 */
export async function download(
  get: (request: StreamRequest) => Promise<unknown>,
  { signal, backoff = patient }: DownloadOptions = {},
): Promise<Download> {
  const open = async (headers?: StreamRequest['headers']) =>
    (await get({ parseAs: 'stream', signal, headers })) as Bytes;
  const first = await open();
  const headers = headersOf(first);
  const etag = headers.get('etag') ?? '';
  return {
    name: nameIn(headers.get('content-disposition') ?? ''),
    type: headers.get('content-type') ?? '',
    size: Number(headers.get('content-length')),
    etag,
    stream: continued(
      first,
      (at) => open({ Range: `bytes=${at}-`, 'If-Match': etag }),
      new Retries(backoff, signal),
      signal,
    ),
  };
}

/** The bytes of `first`, and where it breaks, those of `openAt` from there on. */
function continued(
  first: Bytes,
  openAt: (at: number) => Promise<Bytes>,
  retries: Retries,
  signal: AbortSignal | undefined,
): Bytes {
  let reader: Reader | null = first.getReader();
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      for (;;) {
        try {
          reader ??= (await partFrom(at, openAt)).getReader();
          const open = reader;
          const { done, value } = await overNetwork(signal, () => open.read());
          if (done) return controller.close();
          at += value.length;
          retries.progressed();
          return controller.enqueue(value);
        } catch (error) {
          reader = null;
          await retries.after(error);
        }
      }
    },
    cancel: (reason) => reader?.cancel(reason),
  });
}

async function partFrom(at: number, openAt: (at: number) => Promise<Bytes>): Promise<Bytes> {
  const part = await openAt(at);
  const range = headersOf(part).get('content-range');
  if (range?.startsWith(`bytes ${at}-`)) return part;
  await part.cancel();
  throw new Error(`The service answered ${range ?? 'without a range'}, not from byte ${at}.`);
}

/** The name in a `Content-Disposition` (RFC 6266, section 4.3). */
function nameIn(disposition: string): string {
  const extended = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  if (extended !== undefined) return decodeURIComponent(extended);
  return /filename="((?:[^"\\]|\\.)*)"/i.exec(disposition)?.[1]?.replace(/\\(.)/g, '$1') ?? '';
}
