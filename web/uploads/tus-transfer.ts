import { DetailedError, Upload } from 'tus-js-client';
import { currentToken, refresh } from '../api/access.js';
import { noteAnswer } from '../api/connection.js';
import { Problem, type ProblemBody, Unreachable } from '../api/problem.js';

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
  #renewal: Promise<void> = Promise.resolve();

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
        request.setHeader('Authorization', `Bearer ${currentToken() ?? ''}`);
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
    const stale = currentToken();
    if (stale === null) return false;
    this.#renewal = refresh(stale).catch(() => undefined);
    return true;
  }
}

function idIn(address: string): string {
  return address.slice(address.lastIndexOf('/') + 1);
}

function toRefusal(error: Error | DetailedError): unknown {
  const answer = error instanceof DetailedError ? error.originalResponse : null;
  if (answer === null) return new Unreachable(error);
  try {
    const problem = new Problem(
      JSON.parse(answer.getBody()) as ProblemBody,
      answer.getHeader('Retry-After') ?? null,
    );
    noteAnswer('PATCH', problem.code);
    return problem;
  } catch {
    // Of a proxy, which knows no problems.
    return new Error(`The service answered with ${answer.getStatus()}.`);
  }
}
