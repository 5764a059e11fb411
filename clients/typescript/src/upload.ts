import { headersOf } from './answer-headers.js';
import { ApiError } from './api-error.js';
import type { Connection } from './connect.js';
import { ConnectionError } from './connection-error.js';
import { type Backoff, patient, Retries } from './retries.js';

export interface UploadOptions {
  readonly name: string;
  /** The media type. That of `content` when absent. */
  readonly type?: string;
  /** The SHA-256 of the content as hex. Other bytes are refused at the end with `digest_mismatch`. */
  readonly sha256?: string;
  /** The id of a file that gets the content as a new version. */
  readonly replaces?: string;
  /** The id of an upload that began earlier, with the same content. One that is gone begins anew, one of another length fails. */
  readonly resume?: string;
  /** Called with the id of the upload, to keep for `resume`. */
  readonly onBegin?: (id: string) => void;
  /** Called with the bytes that the service has stored safely, and with all bytes. */
  readonly onProgress?: (stored: number, size: number) => void;
  /** Stops the upload. What was stored stays, for `resume`. */
  readonly signal?: AbortSignal;
  /** Bytes a request, 10 MiB when absent. */
  readonly chunkSize?: number;
  /** How long to wait after a failure. */
  readonly backoff?: Backoff;
}

const CHUNK_SIZE = 10 * 1024 * 1024;

/** An upload as far as it has come, with the file once it is one. */
interface Progress {
  readonly id: string;
  readonly offset: number;
  readonly fileId: string | null;
}

/**
 * Uploads a file in pieces (tus 1.0). When the network or the service fails, it asks what has arrived and goes on there.
 * @returns the id of the file.
 * @throws ApiError when the service refuses the upload or its session has ended, the reason of `signal`, the last of
 * many failures in a row, or an error for answers that cannot be those of the service.
 */
export async function upload(api: Connection, content: Blob, options: UploadOptions): Promise<string> {
  const { signal, backoff = patient, onProgress } = options;
  const retries = new Retries(backoff, signal);
  let id = options.resume ?? null;
  let progress: Progress | null = null;
  let highest = 0;
  let askedForFile = false;
  const { generation } = api.tokens;
  for (;;) {
    try {
      signal?.throwIfAborted();
      api.tokens.demand(generation);
      if (progress !== null) progress = await appended(api, content, progress, options);
      else if (id !== null) progress = await found(api, content, id, options);
      api.tokens.demand(generation);
      progress ??= await begun(api, content, options);
    } catch (error) {
      // What has arrived is asked for before anything is sent again.
      progress = null;
      await retries.after(error);
      continue;
    }
    if (progress.offset > highest) retries.progressed();
    highest = Math.max(highest, progress.offset);
    id = progress.id;
    onProgress?.(progress.offset, content.size);
    if (progress.fileId !== null) return progress.fileId;
    if (progress.offset < content.size) continue;
    if (askedForFile) throw new Error('The service has all bytes of the upload, but names no file.');
    askedForFile = true;
    progress = null;
  }
}

/** How far the service is with an upload. Null when it has none with this id any more. */
async function found(
  api: Connection,
  content: Blob,
  id: string,
  { signal }: UploadOptions,
): Promise<Progress | null> {
  try {
    const answer = await api.uploads.progress({ path: { id }, signal });
    const length = headersOf(answer as object).get('upload-length');
    if (length === String(content.size)) return progressOf(id, answer, content);
    throw new Error(`The upload is one of ${length ?? 'unknown'} bytes, the content has ${content.size}.`);
  } catch (error) {
    if (error instanceof ApiError && [404, 410].includes(error.status)) return null;
    throw error;
  }
}

async function begun(api: Connection, content: Blob, options: UploadOptions): Promise<Progress> {
  const { name, type = content.type, sha256, replaces, signal, onBegin } = options;
  const answer = await api.uploads.create({
    headers: {
      'Upload-Length': content.size,
      'Upload-Metadata': metadata({ filename: name, filetype: type, sha256, replaces }),
    },
    signal,
  });
  const id = lastPart(headersOf(answer as object).get('location'));
  if (!id) throw new Error('The answer does not say where the upload is.');
  onBegin?.(id);
  return progressOf(id, answer, content);
}

async function appended(
  api: Connection,
  content: Blob,
  { id, offset }: Progress,
  { chunkSize = CHUNK_SIZE, signal }: UploadOptions,
): Promise<Progress> {
  const answer = await api.uploads.append({
    path: { id },
    headers: { 'Upload-Offset': offset },
    body: content.slice(offset, offset + chunkSize),
    signal,
  });
  const progress = progressOf(id, answer, content);
  if (progress.offset > offset || progress.fileId !== null) return progress;
  throw new ConnectionError(undefined, 'The service has stored nothing of what was sent.');
}

function progressOf(id: string, answer: unknown, content: Blob): Progress {
  const headers = headersOf(answer as object);
  const offset = headers.get('upload-offset') ?? '';
  if (!/^\d+$/.test(offset) || Number(offset) > content.size)
    throw new Error(`The answer tells no offset in the upload: ${offset || 'nothing'} of ${content.size}.`);
  return { id, offset: Number(offset), fileId: lastPart(headers.get('content-location')) || null };
}

function lastPart(path: string | null): string | null {
  return path?.split('/').at(-1) ?? null;
}

/** The `Upload-Metadata` of tus 1.0: keys with the base64 of their UTF-8. */
function metadata(values: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  return pairs.map(([key, value]) => `${key} ${base64(value!)}`).join(',');
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
