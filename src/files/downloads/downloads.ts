import { Injectable, Logger } from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import { errors } from '../../common/refusals/errors.js';
import { AppConfig } from '../../config/app-config.js';
import type { EventActor } from '../../events/event-actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import { evaluate } from './conditional-request.js';
import { contentHeaders, representationOf, validators } from './download-headers.js';
import { discardBody, type Download, type DownloadBody } from './download.js';
import { attachment } from '../contents/file-name.js';
import { servedMediaType } from '../contents/media-type.js';
import { translateStorageError } from '../contents/storage-refusals.js';
import type { Chunk } from '../storage/byte-source.js';
import { type ByteRange, ObjectStorage, StorageError } from '../storage/object-storage.js';
import type { StoredFile } from '../contents/stored-file.entity.js';
import { DamagedBytesError, VerifiedSource } from './verified-source.js';

/** What a GET or HEAD asks for, beyond which object. */
export interface DownloadRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/** Gives the bytes of files back, to whoever was found to be allowed to have them. */
@Injectable()
export class Downloads {
  readonly #logger = new Logger(Downloads.name);

  constructor(
    private readonly storage: ObjectStorage,
    private readonly events: DomainEvents,
    private readonly config: AppConfig,
  ) {}

  /**
   * What a GET or HEAD for a file's bytes is answered with: 200, 206 or 304, or 307 to the bucket that has them. The download is on record
   * when it is returned. Bytes that are missing or of the wrong size are refused here, and so are damaged ones of a file of two
   * pieces (512 KiB on disk); of a larger one they break the transfer. A part of a file is not compared with the digest of the whole.
   * @throws `precondition_failed`, `range_not_satisfiable`, `file_unavailable`, `storage_unavailable`.
   */
  async open(reader: EventActor, file: StoredFile, request: DownloadRequest): Promise<Download> {
    const verdict = evaluate(request.headers, representationOf(file));
    if (verdict.status === 412) throw errors.preconditionFailed();
    if (verdict.status === 416) throw errors.rangeNotSatisfiable(file.size);
    if (verdict.status === 304) return { status: 304, headers: validators(file), body: null };
    const range = verdict.status === 206 ? verdict.range : null;
    if (request.method !== 'HEAD' && this.#canHandOver(request)) return this.#handOver(reader, file, range);
    const headers = { ...validators(file), ...contentHeaders(file, range) };
    if (request.method === 'HEAD') {
      await this.#requireWhole(reader, file);
      return { status: verdict.status, headers, body: null };
    }
    const body = await this.#reportingLoss(reader, file, () => this.#open(reader, file, range));
    await this.#record(reader, file, range, body);
    return { status: verdict.status, headers, body };
  }

  /** What nginx or the bucket would judge by their own entity tag is answered here. */
  #canHandOver({ headers }: DownloadRequest): boolean {
    const judged = ['if-match', 'if-range', 'if-unmodified-since'] as const;
    return this.config.files.offload !== 'none' && judged.every((name) => headers[name] === undefined);
  }

  /** Authorised and on record here; the bytes, and the part that was asked for, come from elsewhere. */
  async #handOver(reader: EventActor, file: StoredFile, range: ByteRange | null): Promise<Download> {
    await this.#requireWhole(reader, file);
    const handover = await this.storage.handOver(file.blobKey, {
      contentType: servedMediaType(file.mimeType),
      contentDisposition: attachment(file.name),
    });
    await this.#record(reader, file, range, null);
    if (handover.via === 'redirect') {
      const headers = { 'Cache-Control': 'private, no-store', Location: handover.url };
      return { status: 307, headers, body: null };
    }
    const headers = { ...validators(file), ...contentHeaders(file, null), 'X-Accel-Redirect': handover.path };
    // nginx says of the file itself that it has ranges, and how long it is: an answer that is said to have no body keeps its connection.
    const own = Object.entries(headers).filter(([name]) => name !== 'Accept-Ranges');
    return { status: 200, headers: { ...Object.fromEntries(own), 'Content-Length': 0 }, body: null };
  }

  /** @throws `file_unavailable`, recorded, when the bytes are missing or of another size. */
  async #requireWhole(reader: EventActor, file: StoredFile): Promise<void> {
    await this.#reportingLoss(reader, file, async () => {
      const { size } = await this.storage.stat(file.blobKey);
      if (size !== file.size) throw wrongSize(file, size);
    });
  }

  /** Opens the bytes and reads the first of them; null when there are none. */
  async #open(reader: EventActor, file: StoredFile, range: ByteRange | null): Promise<DownloadBody | null> {
    const object = await this.storage.open(file.blobKey, range ?? undefined);
    const isWhole = range === null || (range.start === 0 && range.end === file.size - 1);
    const rest = isWhole ? new VerifiedSource(object.source, file.sha256) : object.source;
    let first: Chunk | null = null;
    try {
      if (object.size !== file.size) throw wrongSize(file, object.size);
      first = await rest.next();
      if (first === null) return null;
      const second = await rest.next();
      return { first, second, rest, broken: (error) => this.#reportBreak(reader, file, error) };
    } catch (error) {
      first?.giveBack();
      await rest.close();
      throw error;
    }
  }

  async #reportingLoss<T>(reader: EventActor, file: StoredFile, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const lost = error instanceof DamagedBytesError ? new StorageError('missing', error) : error;
      if (lost instanceof StorageError && lost.reason === 'missing')
        await this.#reportLoss(reader, file, lost);
      throw translateStorageError(lost);
    }
  }

  async #record(
    reader: EventActor,
    file: StoredFile,
    range: ByteRange | null,
    body: DownloadBody | null,
  ): Promise<void> {
    try {
      await this.events.publish({
        type: 'file.downloaded',
        actor: reader,
        ownerId: file.ownerId,
        fileId: file.id,
        name: file.name,
        range: range === null ? null : `${range.start}-${range.end}`,
      });
    } catch (error) {
      await discardBody(body);
      throw error;
    }
  }

  async #reportLoss(reader: EventActor, file: StoredFile, error: Error): Promise<void> {
    this.#alert(file, error);
    await this.events.publish({
      type: 'file.download_failed',
      actor: reader,
      ownerId: file.ownerId,
      fileId: file.id,
      name: file.name,
      reason: 'bytes_missing_or_damaged',
    });
  }

  /** The transfer has begun: its client is told by its end, and the trail by an entry. */
  async #reportBreak(reader: EventActor, file: StoredFile, error: Error): Promise<void> {
    try {
      if (error instanceof DamagedBytesError) await this.#reportLoss(reader, file, error);
      else this.#logger.warn({ err: error, file_id: file.id }, 'a file could not be read to its end');
    } catch (fault) {
      this.#logger.error({ err: fault as Error, file_id: file.id }, 'a damaged file could not be recorded');
    }
  }

  #alert(file: StoredFile, error: Error): void {
    this.#logger.error({ err: error, file_id: file.id }, 'ALERT: the bytes of a file are missing or damaged');
  }
}

function wrongSize(file: StoredFile, found: number): StorageError {
  return new StorageError('missing', new Error(`stored ${file.size} bytes, found ${found}`));
}
