import { DetailedError, type HttpResponse, Upload } from 'tus-js-client';
import { ApiError, ConnectionError } from '../../clients/typescript/src/main.js';
import { api } from '../api/access.js';
import { noteAnswer } from '../api/connection.js';

export interface TransferEvents {
  /** The service has an address for the upload. */
  begun(uploadId: string): void;
  progressed(bytes: number): void;
  /** @param fileId of the file that it has become. */
  done(fileId: string): void;
  failed(error: unknown): void;
}

/** How long to wait after a failure without an answer. Each progress begins anew. */
const RETRY_DELAYS_MS = [500, 1000, 2000, 4000, 8000, 8000, 8000];
/** Refusals that pass: another request still holds the upload, the service is busy or has no trail. */
const PASSING = new Set([409, 423, 429, 503]);

/** One file on its way, by the tus protocol. Loaded with the first upload. */
export class TusTransfer {
  readonly #upload: Upload;
  /** The token of the last request, and what replaces it when it was refused. */
  #token: string | undefined;
  #renewal: Promise<unknown> = Promise.resolve();

  constructor(
    file: File,
    { uploadId, replaces }: { readonly uploadId: string | null; readonly replaces: string | null },
    events: TransferEvents,
  ) {
    this.#upload = new Upload(file, {
      endpoint: '/api/uploads',
      uploadUrl: uploadId === null ? null : `/api/uploads/${uploadId}`,
      metadata: {
        filename: file.name,
        filetype: file.type || 'application/octet-stream',
        ...(replaces === null ? {} : { replaces }),
      },
      retryDelays: RETRY_DELAYS_MS,
      storeFingerprintForResuming: false,
      onBeforeRequest: async (request) => {
        await this.#renewal;
        request.setHeader('X-Console', '1');
        this.#token = await api.tokens.current();
        request.setHeader('Authorization', `Bearer ${this.#token ?? ''}`);
      },
      onShouldRetry: (error) => this.#shouldRetry(error),
      onUploadUrlAvailable: () => events.begun(idIn(this.#upload.url ?? '')),
      onProgress: (bytes) => events.progressed(bytes),
      onSuccess: ({ lastResponse }) => {
        noteAnswer('PATCH', null);
        events.done(idIn(lastResponse.getHeader('Content-Location') ?? ''));
      },
      onError: (error) => events.failed(toRefusal(error)),
    });
  }

  start(): void {
    this.#upload.start();
  }

  /** Stops, so that it can be started again. */
  async pause(): Promise<void> {
    await this.#upload.abort();
  }

  #shouldRetry(error: DetailedError): boolean {
    const status = error.originalResponse?.getStatus() ?? 0;
    if (status !== 401) return status === 0 || PASSING.has(status);
    // A refusal to refresh signs everybody out; the next try then fails for good.
    if (this.#token === undefined) return false;
    this.#renewal = api.tokens.replace(this.#token).catch(() => undefined);
    return true;
  }
}

function idIn(address: string): string {
  return address.slice(address.lastIndexOf('/') + 1);
}

function toRefusal(error: Error | DetailedError): unknown {
  const answer = error instanceof DetailedError ? error.originalResponse : null;
  if (answer === null) return new ConnectionError(error);
  const headers = new Headers();
  for (const name of ['X-Request-Id', 'Retry-After']) {
    const value = answer.getHeader(name);
    if (value) headers.set(name, value);
  }
  const refusal = new ApiError(new Response(null, { status: answer.getStatus(), headers }), bodyOf(answer));
  noteAnswer('PATCH', refusal.code ?? 'unknown');
  return refusal;
}

/** Null of a proxy, which knows no problems. */
function bodyOf(answer: HttpResponse): unknown {
  try {
    return JSON.parse(answer.getBody());
  } catch {
    return null;
  }
}
