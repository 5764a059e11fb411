import { Injectable, Logger } from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import { errors } from '../../common/refusals/errors.js';
import { AppConfig } from '../../config/app-config.js';
import type { EventActor } from '../../events/event-actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import { evaluate } from './conditional-request.js';
import { contentHeaders, validators } from './download-headers.js';
import { discardBody, type Download, type DownloadBody } from './download.js';
import { type Content, representationOf } from '../contents/content.js';
import { KeptContents } from '../contents/kept-contents.js';
import { attachment } from '../contents/file-name.js';
import { servedMediaType } from '../contents/media-type.js';
import { translateStorageError } from '../contents/storage-refusals.js';
import type { Chunk } from '../storage/byte-source.js';
import { type ByteRange, ObjectStorage, StorageError } from '../storage/object-storage.js';
import { VerifiedSource } from './verified-source.js';

/** The parts of a request that decide the answer. */
export interface DownloadRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/** Opens the bytes of files. The caller has checked that the reader may have them. */
@Injectable()
export class Downloads {
  readonly #logger = new Logger(Downloads.name);

  constructor(
    private readonly storage: ObjectStorage,
    private readonly contents: KeptContents,
    private readonly events: DomainEvents,
    private readonly config: AppConfig,
  ) {}

  /**
   * Opens the download for a GET or HEAD: 200, 206 or 304, or 307 to the bucket. It is in the audit trail
   * when this resolves, except for 304 and HEAD.
   * Missing bytes and a wrong size are refused here. So are damaged bytes, when the whole file is read and
   * fits into two pieces (512 KiB on disk). Damage in a larger file breaks the transfer off. A range is not
   * compared with the digest. Encrypted bytes are authenticated instead, those of ranges too.
   * @throws `file_not_found` when the content was deleted meanwhile; `precondition_failed`, `range_not_satisfiable`, `file_unavailable`, `storage_unavailable`.
   */
  async open(reader: EventActor, content: Content, request: DownloadRequest): Promise<Download> {
    const verdict = evaluate(request.method, request.headers, representationOf(content));
    if (verdict.status === 412) throw errors.preconditionFailed();
    if (verdict.status === 416) throw errors.rangeNotSatisfiable(content.size);
    if (verdict.status === 304) return { status: 304, headers: validators(content), body: null };
    const range = verdict.status === 206 ? verdict.range : null;
    if (request.method !== 'HEAD' && this.#canHandOver(request))
      return this.#handOver(reader, content, range);
    const headers = { ...validators(content), ...contentHeaders(content, range) };
    if (request.method === 'HEAD') {
      await this.#requireWhole(reader, content);
      return { status: verdict.status, headers, body: null };
    }
    const body = await this.#reportingLoss(reader, content, () => this.#open(reader, content, range));
    await this.#record(reader, content, range, body);
    return { status: verdict.status, headers, body };
  }

  /**
   * A request with one of these conditions is answered here: nginx or the bucket would compare it with an
   * entity tag of their own.
   */
  #canHandOver({ headers }: DownloadRequest): boolean {
    const judged = ['if-match', 'if-range', 'if-unmodified-since'] as const;
    return this.config.files.offload !== 'none' && judged.every((name) => headers[name] === undefined);
  }

  /**
   * Lets nginx or the bucket send the bytes, and evaluate the range. The download is in the audit trail
   * before.
   */
  async #handOver(reader: EventActor, content: Content, range: ByteRange | null): Promise<Download> {
    await this.#requireWhole(reader, content);
    const handover = await this.storage.handOver(content.blobKey, {
      contentType: servedMediaType(content.mimeType),
      contentDisposition: attachment(content.name),
    });
    await this.#record(reader, content, range, null);
    if (handover.via === 'redirect') {
      const headers = { 'Cache-Control': 'private, no-store', Location: handover.url };
      return { status: 307, headers, body: null };
    }
    const headers = {
      ...validators(content),
      ...contentHeaders(content, null),
      'X-Accel-Redirect': handover.path,
    };
    // nginx sets `Accept-Ranges` and the length of the file itself. With `Content-Length: 0` this answer has
    // no body and its connection stays open.
    const own = Object.entries(headers).filter(([name]) => name !== 'Accept-Ranges');
    return { status: 200, headers: { ...Object.fromEntries(own), 'Content-Length': 0 }, body: null };
  }

  /** @throws `file_unavailable` when the bytes are missing or have another size. This is recorded. */
  async #requireWhole(reader: EventActor, content: Content): Promise<void> {
    await this.#reportingLoss(reader, content, async () => {
      const { size } = await this.storage.stat(content.blobKey);
      if (size !== content.size) throw wrongSize(content, size);
    });
  }

  /** Opens the bytes and reads the first two pieces. Null when there are no bytes. */
  async #open(reader: EventActor, content: Content, range: ByteRange | null): Promise<DownloadBody | null> {
    const object = await this.storage.open(content.blobKey, range ?? undefined);
    const isWhole = range === null || (range.start === 0 && range.end === content.size - 1);
    const rest =
      isWhole && object.authenticated !== true
        ? new VerifiedSource(object.source, content.sha256)
        : object.source;
    let first: Chunk | null = null;
    try {
      if (object.size !== content.size) throw wrongSize(content, object.size);
      first = await rest.next();
      if (first === null) return null;
      const second = await rest.next();
      return { first, second, rest, broken: (error) => this.#reportBreak(reader, content, error) };
    } catch (error) {
      first?.giveBack();
      await rest.close();
      throw error;
    }
  }

  async #reportingLoss<T>(reader: EventActor, content: Content, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isLoss(error)) {
        if (!(await this.contents.names(content))) throw errors.fileNotFound();
        await this.#reportLoss(reader, content, error);
      }
      throw translateStorageError(error);
    }
  }

  async #record(
    reader: EventActor,
    content: Content,
    range: ByteRange | null,
    body: DownloadBody | null,
  ): Promise<void> {
    try {
      await this.events.publish({
        type: 'file.downloaded',
        actor: reader,
        ownerId: content.ownerId,
        fileId: content.fileId,
        name: content.name,
        range: range === null ? null : `${range.start}-${range.end}`,
        version: content.current ? null : content.version,
      });
    } catch (error) {
      await discardBody(body);
      throw error;
    }
  }

  async #reportLoss(reader: EventActor, content: Content, error: Error): Promise<void> {
    this.#alert(content, error);
    await this.events.publishRefusal({
      type: 'file.download_failed',
      actor: reader,
      ownerId: content.ownerId,
      fileId: content.fileId,
      name: content.name,
      reason: 'bytes_missing_or_damaged',
    });
  }

  /**
   * The status was sent already. The client sees that the transfer breaks off; the audit trail gets an entry.
   */
  async #reportBreak(reader: EventActor, content: Content, error: Error): Promise<void> {
    if (isLoss(error)) await this.#reportLoss(reader, content, error);
    else this.#logger.warn({ err: error, file_id: content.fileId }, 'a file could not be read to its end');
  }

  #alert(content: Content, error: Error): void {
    this.#logger.error(
      { err: error, file_id: content.fileId },
      'ALERT: the bytes of a file are missing or damaged',
    );
  }
}

function isLoss(error: unknown): error is StorageError {
  return error instanceof StorageError && (error.reason === 'missing' || error.reason === 'damaged');
}

function wrongSize(content: Content, found: number): StorageError {
  return new StorageError('damaged', new Error(`stored ${content.size} bytes, found ${found}`));
}
