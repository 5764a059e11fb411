import { pipeline } from 'node:stream/promises';
import { Injectable, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Actor } from '../common/actor.js';
import { errors } from '../common/errors.js';
import { byUser } from '../events/domain-event.js';
import { DomainEvents } from '../events/domain-events.js';
import { evaluate } from './conditional-request.js';
import { DamagedBytesError, VerifyingStream } from './digesting-stream.js';
import { attachment } from './file-name.js';
import { FilesService } from './files.service.js';
import { servedMediaType } from './media-type.js';
import { translateStorageError } from './storage-refusals.js';
import { type ByteRange, ObjectStorage, type OpenObject, StorageError } from './storage/object-storage.js';
import type { StoredFile } from './stored-file.entity.js';

/** Whatever the bytes are, no browser runs anything in them. */
const CONTENT_SECURITY_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox";

/** Gives files back. */
@Injectable()
export class DownloadsService {
  readonly #logger = new Logger(DownloadsService.name);

  constructor(
    private readonly files: FilesService,
    private readonly storage: ObjectStorage,
    private readonly events: DomainEvents,
  ) {}

  /**
   * Answers a GET or HEAD for a file's bytes: 200, 206 or 304. The download is on record before its first
   * byte. Bytes that are missing or of the wrong size are refused before it; damaged ones break the transfer.
   * @throws `file_not_found`, `precondition_failed`, `range_not_satisfiable`, `file_unavailable`, `storage_unavailable`.
   */
  async send(actor: Actor, id: string, request: Request, response: Response): Promise<void> {
    const file = await this.files.get(actor, id);
    const representation = {
      entityTag: `"${file.sha256}"`,
      lastModified: new Date(Math.floor(Date.parse(file.createdAt) / 1000) * 1000),
      size: file.size,
    };
    const verdict = evaluate(request.headers, representation);
    if (verdict.status === 412) throw errors.preconditionFailed();
    if (verdict.status === 416) throw errors.rangeNotSatisfiable(file.size);
    if (verdict.status === 304) {
      setValidators(response, file, representation.lastModified);
      response.status(304).end();
      return;
    }
    const range = verdict.status === 206 ? verdict.range : null;
    const object = await this.#open(actor, file, range);
    if (request.method === 'GET') await this.#record(actor, file, object, range);
    setValidators(response, file, representation.lastModified);
    setContentHeaders(response, file, range);
    response.status(verdict.status);
    await this.#stream(request, response, file, object, range);
  }

  async #open(actor: Actor, file: StoredFile, range: ByteRange | null): Promise<OpenObject> {
    try {
      const object = await this.storage.open(file.blobKey, range ?? undefined);
      if (object.size === file.size) return object;
      object.stream.destroy();
      throw new StorageError('missing', new Error(`stored ${file.size} bytes, found ${object.size}`));
    } catch (error) {
      if (error instanceof StorageError && error.reason === 'missing')
        await this.#reportLoss(actor, file, error);
      throw translateStorageError(error);
    }
  }

  async #record(actor: Actor, file: StoredFile, object: OpenObject, range: ByteRange | null): Promise<void> {
    try {
      await this.events.publish({
        type: 'file.downloaded',
        actor: byUser(actor.userId),
        ownerId: file.ownerId,
        fileId: file.id,
        name: file.name,
        range: range === null ? null : `${range.start}-${range.end}`,
      });
    } catch (error) {
      object.stream.destroy();
      throw error;
    }
  }

  async #stream(
    request: Request,
    response: Response,
    file: StoredFile,
    object: OpenObject,
    range: ByteRange | null,
  ): Promise<void> {
    if (request.method === 'HEAD') {
      object.stream.destroy();
      response.end();
      return;
    }
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
      actor: byUser(actor.userId),
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

function setValidators(response: Response, file: StoredFile, lastModified: Date): void {
  response.setHeader('ETag', `"${file.sha256}"`);
  response.setHeader('Last-Modified', lastModified.toUTCString());
  response.setHeader('Cache-Control', 'private, no-cache');
  response.setHeader('Accept-Ranges', 'bytes');
}

function setContentHeaders(response: Response, file: StoredFile, range: ByteRange | null): void {
  response.setHeader('Content-Type', servedMediaType(file.mimeType));
  response.setHeader('Content-Disposition', attachment(file.name));
  response.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY);
  // RFC 9530: of the whole representation, also when only a part of it is sent.
  response.setHeader('Repr-Digest', `sha-256=:${Buffer.from(file.sha256, 'hex').toString('base64')}:`);
  const length = range === null ? file.size : range.end - range.start + 1;
  response.setHeader('Content-Length', length);
  if (range !== null) response.setHeader('Content-Range', `bytes ${range.start}-${range.end}/${file.size}`);
}
