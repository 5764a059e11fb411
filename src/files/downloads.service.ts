import { pipeline } from 'node:stream/promises';
import { Injectable, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Actor } from '../common/actor.js';
import { errors } from '../common/errors.js';
import { endWithTurn } from '../common/turn-end.js';
import { AppConfig } from '../config/app-config.js';
import { byUser } from '../events/domain-event.js';
import { DomainEvents } from '../events/domain-events.js';
import { evaluate } from './conditional-request.js';
import { DamagedBytesError, VerifyingStream } from './digesting-stream.js';
import { lastModifiedOf, setContentHeaders, setValidators } from './download-headers.js';
import { attachment } from './file-name.js';
import { FilesService } from './files.service.js';
import { servedMediaType } from './media-type.js';
import { translateStorageError } from './storage-refusals.js';
import { type ByteRange, ObjectStorage, type OpenObject, StorageError } from './storage/object-storage.js';
import type { StoredFile } from './stored-file.entity.js';

/** Gives files back. */
@Injectable()
export class DownloadsService {
  readonly #logger = new Logger(DownloadsService.name);

  constructor(
    private readonly files: FilesService,
    private readonly storage: ObjectStorage,
    private readonly events: DomainEvents,
    private readonly config: AppConfig,
  ) {}

  /**
   * Answers a GET or HEAD for a file's bytes: 200, 206 or 304, or 307 to the bucket that has them. The download is on record before its first
   * byte. Bytes that are missing or of the wrong size are refused before it; damaged ones break the transfer.
   * @throws `file_not_found`, `precondition_failed`, `range_not_satisfiable`, `file_unavailable`, `storage_unavailable`.
   */
  async send(actor: Actor, id: string, request: Request, response: Response): Promise<void> {
    const file = await this.files.get(actor, id);
    const representation = {
      entityTag: `"${file.sha256}"`,
      lastModified: lastModifiedOf(file),
      size: file.size,
    };
    const verdict = evaluate(request.headers, representation);
    if (verdict.status === 412) throw errors.preconditionFailed();
    if (verdict.status === 416) throw errors.rangeNotSatisfiable(file.size);
    if (verdict.status === 304) {
      setValidators(response, file);
      response.status(304).end();
      return;
    }
    const range = verdict.status === 206 ? verdict.range : null;
    if (request.method === 'HEAD') return this.#sendHead(actor, file, range, response, verdict.status);
    if (this.#canHandOver(request)) return this.#handOver(actor, file, range, response);
    const object = await this.#open(actor, file, range);
    await this.#record(actor, file, range, object);
    setValidators(response, file);
    setContentHeaders(response, file, range);
    response.status(verdict.status);
    await this.#stream(response, file, object, range);
  }

  async #sendHead(
    actor: Actor,
    file: StoredFile,
    range: ByteRange | null,
    response: Response,
    status: number,
  ): Promise<void> {
    await this.#requireWhole(actor, file);
    setValidators(response, file);
    setContentHeaders(response, file, range);
    response.status(status).end();
  }

  /** What nginx or the bucket would judge by their own entity tag is answered here. */
  #canHandOver(request: Request): boolean {
    const { 'if-match': ifMatch, 'if-range': ifRange, 'if-unmodified-since': unmodified } = request.headers;
    const conditional = [ifMatch, ifRange, unmodified].some((header) => header !== undefined);
    return this.config.files.offload !== 'none' && !conditional;
  }

  /** Authorised and on record here; the bytes, and the part that was asked for, come from elsewhere. */
  async #handOver(
    actor: Actor,
    file: StoredFile,
    range: ByteRange | null,
    response: Response,
  ): Promise<void> {
    await this.#requireWhole(actor, file);
    const handover = await this.storage.handOver(file.blobKey, {
      contentType: servedMediaType(file.mimeType),
      contentDisposition: attachment(file.name),
    });
    await this.#record(actor, file, range, null);
    if (handover.via === 'redirect') {
      response.setHeader('Cache-Control', 'private, no-store');
      response.setHeader('Location', handover.url);
      endWithTurn(response.status(307));
      return;
    }
    setValidators(response, file);
    setContentHeaders(response, file, null);
    // nginx says these of the file itself; it keeps the connection to an answer that is said to have no body.
    response.setHeader('Content-Length', 0);
    response.removeHeader('Accept-Ranges');
    response.setHeader('X-Accel-Redirect', handover.path);
    endWithTurn(response.status(200));
  }

  /** @throws `file_unavailable`, recorded, when the bytes are missing or of another size. */
  async #requireWhole(actor: Actor, file: StoredFile): Promise<void> {
    await this.#reportingLoss(actor, file, async () => {
      const { size } = await this.storage.stat(file.blobKey);
      if (size !== file.size) throw wrongSize(file, size);
    });
  }

  #open(actor: Actor, file: StoredFile, range: ByteRange | null): Promise<OpenObject> {
    return this.#reportingLoss(actor, file, async () => {
      const object = await this.storage.open(file.blobKey, range ?? undefined);
      if (object.size === file.size) return object;
      object.stream.destroy();
      throw wrongSize(file, object.size);
    });
  }

  async #reportingLoss<T>(actor: Actor, file: StoredFile, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof StorageError && error.reason === 'missing')
        await this.#reportLoss(actor, file, error);
      throw translateStorageError(error);
    }
  }

  async #record(
    actor: Actor,
    file: StoredFile,
    range: ByteRange | null,
    object: OpenObject | null,
  ): Promise<void> {
    try {
      await this.events.publish({
        type: 'file.downloaded',
        actor: byUser(actor),
        ownerId: file.ownerId,
        fileId: file.id,
        name: file.name,
        range: range === null ? null : `${range.start}-${range.end}`,
      });
    } catch (error) {
      object?.stream.destroy();
      throw error;
    }
  }

  async #stream(
    response: Response,
    file: StoredFile,
    object: OpenObject,
    range: ByteRange | null,
  ): Promise<void> {
    try {
      if (range === null) await pipeline(object.stream, new VerifyingStream(file.sha256), response);
      else await pipeline(object.stream, response);
    } catch (error) {
      // The headers are gone: the transfer breaks, which is what tells the client.
      if (error instanceof DamagedBytesError) this.#alert(file, error);
      else this.#logger.debug({ err: error as Error, file_id: file.id }, 'download broke off');
    }
  }

  async #reportLoss(actor: Actor, file: StoredFile, error: StorageError): Promise<void> {
    this.#alert(file, error);
    await this.events.publish({
      type: 'file.download_failed',
      actor: byUser(actor),
      ownerId: file.ownerId,
      fileId: file.id,
      name: file.name,
      reason: 'bytes_missing_or_damaged',
    });
  }

  #alert(file: StoredFile, error: Error): void {
    this.#logger.error({ err: error, file_id: file.id }, 'ALERT: the bytes of a file are missing or damaged');
  }
}

function wrongSize(file: StoredFile, found: number): StorageError {
  return new StorageError('missing', new Error(`stored ${file.size} bytes, found ${found}`));
}
