import { refuse } from './answer-content.js';
import { headersOf } from './answer-headers.js';
import { inOneSession } from './answer-session.js';
import { ConnectionError, overNetwork } from './connection-error.js';
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
  /** Bytes. `NaN` when the answer does not say, as when a proxy compressed it: then its end cannot be checked. */
  readonly size: number;
  /** Names this very content: with a download that was not redirected, its SHA-256 in quotes. Empty when unknown. */
  readonly etag: string;
  /** The bytes, as fast as they are read. */
  readonly stream: Bytes;
}

/**
 * Downloads a file as a stream: `download((request) => api.files.download({ path: { id }, ...request }))`, and in the
 * same way a version or a grant. A stream that breaks goes on where it broke, with the same content or not at all.
 * @throws ApiError when the service refuses it, ConnectionError when something else answers. The stream fails with one when the content is another one by then, or
 * another user signed in, or the session ended, and with a ConnectionError when it broke and cannot go on.
 */
export async function download(
  get: (request: StreamRequest) => Promise<unknown>,
  { signal, backoff = patient }: DownloadOptions = {},
): Promise<Download> {
  const open = inOneSession(async (headers?: StreamRequest['headers']) => {
    const part = (await get({ parseAs: 'stream', signal, headers })) as Bytes;
    return isStored(headersOf(part)) ? part : refuse(part, 'Not the service answered, but something else.');
  });
  const first = await open();
  const headers = headersOf(first);
  const whole = { size: sizeIn(headers), etag: headers.get('etag') ?? '' };
  return {
    name: nameIn(headers.get('content-disposition') ?? ''),
    type: headers.get('content-type') ?? '',
    ...whole,
    stream: continued(first, whole, open, new Retries(backoff, signal), signal),
  };
}

/** One of these comes with every content, also where a proxy or the rules of another origin take the others away. */
const MARKS = ['content-disposition', 'etag', 'repr-digest', 'last-modified', 'x-request-id'];

/** False for an answer in the place of the service's, such as by a network that wants a sign-in. */
function isStored(headers: Headers): boolean {
  return Boolean(headers.get('content-type')) && MARKS.some((name) => headers.has(name));
}

/** What stays the same in all parts of one content. */
interface Whole {
  readonly size: number;
  readonly etag: string;
}

/** The bytes of `first`, and where it breaks, those of further answers from there on. */
function continued(
  first: Bytes,
  whole: Whole,
  open: (headers: StreamRequest['headers']) => Promise<Bytes>,
  retries: Retries,
  signal: AbortSignal | undefined,
): Bytes {
  const { size, etag } = whole;
  // Only a strong tag tells that two parts are of the same bytes (RFC 9110, section 8.8.1).
  const canGoOn = /^"[^"]+"$/.test(etag) && !Number.isNaN(size);
  let reader: Reader | null = first.getReader();
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      for (;;) {
        try {
          if (reader === null && at === size) return controller.close();
          reader ??= (await partFrom(at, whole, open)).getReader();
          const part = reader;
          const { done, value } = await overNetwork(signal, () => part.read());
          if (done && at < size)
            throw new ConnectionError(undefined, `The answer ended at byte ${at} of ${size}.`);
          if (done) return controller.close();
          at += value.length;
          if (at > size) await tooLong(part, size);
          if (value.length > 0) retries.progressed();
          return controller.enqueue(value);
        } catch (error) {
          reader = null;
          if (!canGoOn && at !== size) throw error;
          await retries.after(error);
        }
      }
    },
    cancel: (reason) => reader?.cancel(reason),
  });
}

async function partFrom(
  at: number,
  { size, etag }: Whole,
  open: (headers: StreamRequest['headers']) => Promise<Bytes>,
): Promise<Bytes> {
  const part = await open({ Range: `bytes=${at}-`, 'If-Match': etag });
  const headers = headersOf(part);
  const range = headers.get('content-range') ?? 'no range';
  const isNext = range.startsWith(`bytes ${at}-`) && range.endsWith(`/${size}`);
  if (isNext && headers.get('etag') === etag) return part;
  await part.cancel();
  throw new Error(
    `The service answered ${range} of ${headers.get('etag') ?? 'no tag'}, not from byte ${at} of ${size} of ${etag}.`,
  );
}

async function tooLong(part: Reader, size: number): Promise<never> {
  await part.cancel();
  throw new Error(`The answer has more than the ${size} bytes of the file.`);
}

/** Bytes as they are read. The length of a compressed answer is another one. */
function sizeIn(headers: Headers): number {
  const length = headers.get('content-length');
  return length === null || headers.has('content-encoding') ? NaN : Number(length);
}

/** The name in a `Content-Disposition` (RFC 6266, section 4.3). */
function nameIn(disposition: string): string {
  const extended = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  return (
    decoded(extended) ?? /filename="((?:[^"\\]|\\.)*)"/i.exec(disposition)?.[1]?.replace(/\\(.)/g, '$1') ?? ''
  );
}

/** Null for what is no UTF-8: then the plain name counts. */
function decoded(name = ''): string | null {
  try {
    return decodeURIComponent(name) || null;
  } catch {
    return null;
  }
}
