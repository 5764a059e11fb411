import { DetailedError, type HttpResponse, Upload } from 'tus-js-client';
import { ApiError, ConnectionError } from '../../clients/typescript/src/main.js';
import { api } from '../api/access.js';
import { noteAnswer, noteSilence } from '../api/connection.js';

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
/** Refusals that pass: another request still holds the upload, the service is busy or has no trail, or a proxy cannot reach it. */
const PASSING = new Set([408, 409, 423, 429, 460, 500, 502, 503, 504]);
const GONE = new Set([404, 410]);
const ENDPOINT = '/api/uploads';

/** One file on its way, by the tus protocol, in the session in which it was made. Loaded with the first upload. */
export class TusTransfer {
  readonly #upload: Upload;
  /** The session that it belongs to: it sends no token of another user who signs in meanwhile. */
  readonly #session = api.tokens.generation;
  /** The token of the last request, and what replaces it when it was refused. */
  #token: string | undefined;
  #renewal: Promise<unknown> = Promise.resolve();
  /** Whether the request that creates the upload is on its way. */
  #creating = false;
  /** Told when that has ended, by who wants to stop then. */
  #stop: (() => void) | null = null;

  constructor(
    file: File,
    { uploadId, replaces }: { readonly uploadId: string | null; readonly replaces: string | null },
    events: TransferEvents,
  ) {
    this.#upload = new Upload(file, {
      endpoint: ENDPOINT,
      uploadUrl: uploadId === null ? null : `${ENDPOINT}/${uploadId}`,
      metadata: {
        filename: file.name,
        filetype: file.type || 'application/octet-stream',
        ...(replaces === null ? {} : { replaces }),
      },
      retryDelays: RETRY_DELAYS_MS,
      storeFingerprintForResuming: false,
      onBeforeRequest: async (request) => {
        if (request.getMethod() === 'POST') this.#creating = true;
        await this.#renewal;
        request.setHeader('X-Console', '1');
        this.#token = await api.tokens.current(this.#session);
        request.setHeader('Authorization', `Bearer ${this.#token ?? ''}`);
      },
      onAfterResponse: (request, answer) => {
        // Otherwise an upload would begin anew, at another address, whenever a question after it fails.
        if (request.getMethod() === 'HEAD')
          this.#upload.options.endpoint = GONE.has(answer.getStatus()) ? ENDPOINT : null;
      },
      onShouldRetry: (error) => this.#shouldRetry(error),
      onUploadUrlAvailable: () => {
        events.begun(idIn(this.#upload.url ?? ''));
        this.#endCreation();
      },
      onProgress: (bytes) => events.progressed(bytes),
      onSuccess: ({ lastResponse }) => {
        noteAnswer('PATCH', null);
        events.done(idIn(lastResponse.getHeader('Content-Location') ?? ''));
      },
      // Who stops it does not ask why it could not begin.
      onError: (error) => {
        if (!this.#endCreation()) events.failed(toRefusal(error));
      },
    });
  }

  start(): void {
    this.#stop = null;
    if (this.#creating) return;
    const { url, options } = this.#upload;
    this.#creating = url === null && options.uploadUrl === null;
    this.#upload.start();
  }

  /**
   * Stops, so that it can be started again. A request that creates the upload ends first: cut off, it would leave an upload
   * at the service whose address nobody knows.
   */
  async pause(): Promise<void> {
    if (this.#creating) await new Promise<void>((stopped) => (this.#stop = stopped));
    else await this.#upload.abort();
  }

  /** @returns whether it stops now. */
  #endCreation(): boolean {
    this.#creating = false;
    if (this.#stop === null) return false;
    void this.#upload.abort();
    this.#stop();
    this.#stop = null;
    return true;
  }

  #shouldRetry(error: DetailedError): boolean {
    if (this.#stop !== null) return false;
    this.#creating = false;
    // It could not be sent, as its session has ended.
    if (error.causingError instanceof ApiError) return false;
    const status = error.originalResponse?.getStatus() ?? 0;
    if (status === 0) noteSilence();
    if (status !== 401) return status === 0 || PASSING.has(status);
    // A refusal to refresh signs everybody out; the next try then fails for good.
    if (this.#token === undefined) return false;
    this.#renewal = api.tokens.replace(this.#token, this.#session).catch(() => undefined);
    return true;
  }
}

function idIn(address: string): string {
  return address.slice(address.lastIndexOf('/') + 1);
}

function toRefusal(error: Error | DetailedError): unknown {
  if (error instanceof DetailedError && error.causingError instanceof ApiError) return error.causingError;
  const answer = error instanceof DetailedError ? error.originalResponse : null;
  if (answer === null) {
    noteSilence();
    return new ConnectionError(error);
  }
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
