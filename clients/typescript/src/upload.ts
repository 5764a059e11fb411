import { headersOf } from './answer-headers.js';
import { ApiError } from './api-error.js';
import type { Api } from './generated/sdk.gen.js';
import { type Backoff, patient, Retries } from './retries.js';

export interface UploadOptions {
  readonly name: string;
  /** The media type. That of `content` when absent. */
  readonly type?: string;
  /** The SHA-256 of the content as hex. Other bytes are refused at the end with `digest_mismatch`. */
  readonly sha256?: string;
  /** The id of a file that gets the content as a new version. */
  readonly replaces?: string;
  /** The id of an upload that began earlier, with the same content. One that is gone begins anew. */
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
 * @throws ApiError when the service refuses the upload, the reason of `signal`, or the last of many failures in a row.
 */
export async function upload(api: Api, content: Blob, options: UploadOptions): Promise<string> {
  const { signal, backoff = patient, onProgress } = options;
  const retries = new Retries(backoff, signal);
  let id = options.resume ?? null;
  let progress: Progress | null = null;
  let highest = 0;
  for (;;) {
    try {
      signal?.throwIfAborted();
      if (progress !== null) progress = await appended(api, content, progress, options);
      else if (id !== null) progress = await found(api, id, options);
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
  }
}

/** How far the service is with an upload. Null when it has none with this id any more. */
async function found(api: Api, id: string, { signal }: UploadOptions): Promise<Progress | null> {
  try {
    return progressOf(id, await api.uploads.progress({ path: { id }, signal }));
  } catch (error) {
    if (error instanceof ApiError && [404, 410].includes(error.status)) return null;
    throw error;
  }
}

async function begun(api: Api, content: Blob, options: UploadOptions): Promise<Progress> {
  const { name, type = content.type, sha256, replaces, signal, onBegin } = options;
  const answer = await api.uploads.create({
    headers: {
      'Upload-Length': content.size,
      'Upload-Metadata': metadata({ filename: name, filetype: type, sha256, replaces }),
    },
    signal,
  });
  const id = lastPart(headersOf(answer as object).get('location')) ?? '';
  onBegin?.(id);
  return progressOf(id, answer);
}

async function appended(
  api: Api,
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
  return progressOf(id, answer);
}

function progressOf(id: string, answer: unknown): Progress {
  const headers = headersOf(answer as object);
  return {
    id,
    offset: Number(headers.get('upload-offset')),
    fileId: lastPart(headers.get('content-location')),
  };
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
