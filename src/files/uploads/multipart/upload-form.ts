import { AsyncResource } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import busboy from 'busboy';
import { type ApiError, errors } from '../../../common/refusals/errors.js';

export interface UploadedPart {
  /** As sent, undone only of the escapes of the form encoding. */
  readonly name: string;
  readonly mediaType: string;
}

export interface UploadForm<T> {
  readonly part: UploadedPart;
  readonly stored: T;
  /** The text field `sha256`, as sent; null when it was not filled in. */
  readonly sha256: string | null;
}

/** Room for boundaries, headers and the text field around a file of the greatest size. */
const OVERHEAD_BYTES = 64 * 1024;
const FROZEN_GRACE_MS = 500;
/** A body that does not move for so long has stalled. */
const STALL_MS = 30_000;
/** Once the file is in, what remains is a few bytes: it stalls sooner. */
const TAIL_STALL_MS = 4000;

/**
 * Reads one upload: one file in the field `file`, and perhaps the text field `sha256`. The file streams into
 * `store` as it arrives. Rejects as soon as the form is known to be unacceptable, without reading the rest,
 * and never before `store` has settled: what it stored is then the caller's to discard.
 *
 * Not multer, which answers a refused upload only after having read all of it.
 */
export function receiveUpload<T>(
  request: IncomingMessage,
  maxFileBytes: number,
  store: (source: Readable, part: UploadedPart) => Promise<T>,
): Promise<UploadForm<T>> {
  const refusal = refuseUnread(request, maxFileBytes);
  if (refusal !== null) return Promise.reject(refusal);
  return new Promise((resolve, reject) => {
    new FormReader(request, maxFileBytes, AsyncResource.bind(store), resolve, reject).start();
  });
}

function refuseUnread(request: IncomingMessage, maxFileBytes: number): ApiError | null {
  if (!/^multipart\/form-data\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    return errors.unsupportedMediaType('multipart/form-data');
  }
  const announced = Number(request.headers['content-length'] ?? 0);
  return announced > mostBytes(maxFileBytes) ? errors.fileTooLarge(maxFileBytes) : null;
}

function mostBytes(maxFileBytes: number): number {
  return maxFileBytes + OVERHEAD_BYTES;
}

class FormReader<T> {
  #parser: busboy.Busboy;
  #file: Readable | undefined;
  #part: UploadedPart | undefined;
  #stored: Promise<T> | undefined;
  #sha256: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  #settled = false;
  #received = 0;

  constructor(
    private readonly request: IncomingMessage,
    private readonly maxFileBytes: number,
    private readonly store: (source: Readable, part: UploadedPart) => Promise<T>,
    private readonly resolve: (form: UploadForm<T>) => void,
    private readonly reject: (error: unknown) => void,
  ) {}

  start(): void {
    try {
      this.#parser = busboy({
        headers: this.request.headers,
        // The default is latin1, which breaks every name that is not ASCII.
        defParamCharset: 'utf8',
        preservePath: true,
        // busboy reports a limit when it is reached; one more makes it report when it is exceeded.
        limits: {
          files: 1,
          fields: 4,
          parts: 6,
          fieldNameSize: 100,
          fieldSize: 256,
          fileSize: this.maxFileBytes + 1,
        },
      });
    } catch (error) {
      this.reject(errors.malformedUpload('The multipart boundary is missing or wrong.', error));
      return;
    }
    this.#parser
      .on('file', (field, stream, info) => this.#onFile(field, stream, info))
      .on('field', (field, value, info) =>
        this.#onField(field, value, info.nameTruncated || info.valueTruncated),
      )
      .on('filesLimit', () => this.#fail(errors.malformedUpload('Send one file a request.')))
      .on('fieldsLimit', () => this.#fail(errors.malformedUpload('The form has too many fields.')))
      .on('partsLimit', () => this.#fail(errors.malformedUpload('The form has too many parts.')))
      .on('error', (error) => this.#fail(errors.malformedUpload('The multipart body is malformed.', error)))
      .on('close', () => void this.#finish());
    this.request.on('error', this.#onAbort).on('close', this.#onAbort).on('data', this.#onProgress);
    this.#arm(STALL_MS, () => errors.requestTimeout());
    this.request.pipe(this.#parser);
  }

  readonly #onAbort = () => {
    if (!this.request.complete) this.#fail(errors.malformedUpload('The upload ended early.'));
  };

  readonly #onProgress = (chunk: Buffer) => {
    this.#timer?.refresh();
    // What stands before the first boundary or after the last belongs to no part, and so to no limit of the parser.
    this.#received += chunk.length;
    if (this.#received > mostBytes(this.maxFileBytes)) this.#fail(errors.fileTooLarge(this.maxFileBytes));
  };

  /** Refuses when nothing arrives for `ms` milliseconds. */
  #arm(ms: number, refusal: () => ApiError): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // When the whole process stood still, its timers come first: what arrived meanwhile has its moment to be read.
      this.#timer = setTimeout(() => this.#fail(refusal()), FROZEN_GRACE_MS);
    }, ms);
  }

  #onFile(field: string | undefined, stream: Readable, info: busboy.FileInfo): void {
    // Busboy reports a part with an empty file name as a file without a name.
    const name = info.filename ?? '';
    if (field !== 'file')
      return this.#refuse(stream, errors.malformedUpload('The file must be in the form field "file".'));
    if (this.#settled) return this.#refuse(stream, errors.malformedUpload('The upload was refused.'));
    this.#part = { name: undoFormEscapes(name), mediaType: info.mimeType };
    this.#file = stream;
    stream
      .once('limit', () => this.#fail(errors.fileTooLarge(this.maxFileBytes)))
      .once('end', () => this.#arm(TAIL_STALL_MS, () => errors.malformedUpload('The form did not end.')))
      // Told by whoever caused it: the parser when the form breaks off, `store` when it cannot go on.
      .on('error', () => undefined);
    this.#stored = this.store(stream, this.#part);
    this.#stored.catch((error: unknown) => this.#fail(error));
  }

  #onField(field: string | undefined, value: string, truncated: boolean): void {
    // A part named "file" that arrives as a field has no file name.
    if (field === 'file') return this.#fail(errors.fileMissing());
    if (field !== 'sha256')
      return this.#fail(errors.malformedUpload('The form may have the fields "file" and "sha256".'));
    if (truncated || this.#sha256 !== null)
      return this.#fail(errors.malformedUpload('Send "sha256" once, as 64 hex digits.'));
    // A form in a browser sends the text fields that nobody has filled in, too.
    if (value !== '') this.#sha256 = value;
  }

  #refuse(stream: Readable, refusal: ApiError): void {
    stream.on('error', () => undefined).resume();
    this.#fail(refusal);
  }

  /** The form is whole: from here on it is the storage that is waited for, and no longer the client. */
  async #finish(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#settled) return;
    if (this.#stored === undefined || this.#part === undefined) return this.#fail(errors.fileMissing());
    try {
      const stored = await this.#stored;
      if (this.#settled) return;
      this.#settle();
      this.resolve({ part: this.#part, stored, sha256: this.#sha256 });
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#settled) return;
    this.#settle();
    this.request.unpipe(this.#parser).resume();
    // Not at once: busboy does not survive being destroyed from within its own callbacks.
    setImmediate(() => {
      this.#file?.destroy(error as Error);
      this.#parser.on('error', () => undefined).destroy();
      void Promise.allSettled([this.#stored]).then(() => this.reject(error));
    });
  }

  #settle(): void {
    this.#settled = true;
    clearTimeout(this.#timer);
    this.request.off('close', this.#onAbort).off('data', this.#onProgress);
  }
}

/** Undoes the three escapes that browsers write into names (WHATWG HTML, multipart/form-data), and only those. */
function undoFormEscapes(name: string): string {
  return name.replace(/%0A/gi, '\n').replace(/%0D/gi, '\r').replace(/%22/g, '"');
}
