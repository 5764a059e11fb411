import { AsyncResource } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import busboy from 'busboy';
import { signedBodyOf } from '../../../common/access/signed-body.js';
import { errors } from '../../../common/refusals/errors.js';
import type { ApiError } from '../../../common/refusals/refusal.js';

export interface UploadedPart {
  /** As sent, after undoing the escapes of the form encoding. */
  readonly name: string;
  readonly mediaType: string;
}

export interface UploadForm<T> {
  readonly part: UploadedPart;
  readonly stored: T;
  /** The text field `sha256` as sent. Null when it is absent or empty. */
  readonly sha256: string | null;
}

/** Space for boundaries, headers and the text field, added to the largest file size. */
const OVERHEAD_BYTES = 64 * 1024;
const FROZEN_GRACE_MS = 500;
/** A body without new bytes for this long has stalled. */
const STALL_MS = 30_000;
/** After the file only a few bytes follow, so a shorter time applies. */
const TAIL_STALL_MS = 4000;

/**
 * Reads a multipart upload: one file in the field `file`, and optionally the text field `sha256`. The file
 * streams into `store` while it arrives.
 * The digest of a signed request is that of the whole form, and is compared at its end.
 * Rejects as soon as the form is known to be unacceptable, without reading the rest. It never rejects before
 * `store` has settled; the caller then discards what was stored.
 *
 * Why not multer: it answers a refused upload only after reading all of it.
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
  readonly #signed;

  constructor(
    private readonly request: IncomingMessage,
    private readonly maxFileBytes: number,
    private readonly store: (source: Readable, part: UploadedPart) => Promise<T>,
    private readonly resolve: (form: UploadForm<T>) => void,
    private readonly reject: (error: unknown) => void,
  ) {
    this.#signed = signedBodyOf(request);
  }

  start(): void {
    try {
      this.#parser = busboy({
        headers: this.request.headers,
        // The default latin1 garbles every name with non-ASCII characters.
        defParamCharset: 'utf8',
        preservePath: true,
        // busboy reports a limit when it is reached. With one byte more it reports only an exceeded limit.
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
    // It may have ended before this reader listened.
    if (this.request.destroyed) this.#onAbort();
  }

  readonly #onAbort = () => {
    if (!this.request.complete) this.#fail(errors.malformedUpload('The upload ended early.'));
  };

  readonly #onProgress = (chunk: Buffer) => {
    this.#timer?.refresh();
    // busboy's limits do not cover bytes before the first boundary and after the last, so all bytes are
    // counted here.
    this.#received += chunk.length;
    this.#signed?.update(chunk);
    if (this.#received > mostBytes(this.maxFileBytes)) this.#fail(errors.fileTooLarge(this.maxFileBytes));
  };

  /** Refuses when nothing arrives for `ms` milliseconds. */
  #arm(ms: number, refusal: () => ApiError): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // After a pause of the whole process, timers run before sockets are read. The extra time lets bytes
      // arrive that came during the pause.
      this.#timer = setTimeout(() => this.#fail(refusal()), FROZEN_GRACE_MS);
    }, ms);
  }

  #onFile(field: string | undefined, stream: Readable, info: busboy.FileInfo): void {
    // busboy reports a part with an empty file name as a file without a name.
    const name = info.filename ?? '';
    if (field !== 'file')
      return this.#refuse(stream, errors.malformedUpload('The file must be in the form field "file".'));
    if (this.#settled) return this.#refuse(stream, errors.malformedUpload('The upload was refused.'));
    this.#part = { name: undoFormEscapes(name), mediaType: info.mimeType };
    this.#file = stream;
    stream
      .once('limit', () => this.#fail(errors.fileTooLarge(this.maxFileBytes)))
      .once('end', () => this.#arm(TAIL_STALL_MS, () => errors.malformedUpload('The form did not end.')))
      // The error is reported elsewhere: by the parser when the form breaks off, by `store` when it fails.
      .on('error', () => undefined);
    this.#stored = this.store(stream, this.#part);
    this.#stored.catch((error: unknown) => this.#fail(error));
  }

  #onField(field: string | undefined, value: string, truncated: boolean): void {
    // A part "file" that arrives as a text field has no file name.
    if (field === 'file') return this.#fail(errors.fileMissing());
    if (field !== 'sha256')
      return this.#fail(errors.malformedUpload('The form may have the fields "file" and "sha256".'));
    if (truncated || this.#sha256 !== null)
      return this.#fail(errors.malformedUpload('Send "sha256" once, as 64 hex digits.'));
    // Browsers also send empty text fields.
    if (value !== '') this.#sha256 = value;
  }

  #refuse(stream: Readable, refusal: ApiError): void {
    stream.on('error', () => undefined).resume();
    this.#fail(refusal);
  }

  /** The form is complete. From here on only the storage can be slow, so the client's timer stops. */
  async #finish(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#settled) return;
    if (this.#stored === undefined || this.#part === undefined) return this.#fail(errors.fileMissing());
    try {
      const stored = await this.#stored;
      if (this.#settled) return;
      this.#signed?.requireMatch();
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
    // Later, because busboy fails when it is destroyed inside its own callbacks.
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

/**
 * Undoes the three escapes that browsers put into names (WHATWG HTML, multipart/form-data). Other percent
 * signs stay.
 */
function undoFormEscapes(name: string): string {
  return name.replace(/%0A/gi, '\n').replace(/%0D/gi, '\r').replace(/%22/g, '"');
}
