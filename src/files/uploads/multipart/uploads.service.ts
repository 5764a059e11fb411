import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import type { Request } from 'express';
import { waitOf } from '../../../common/answer-wait.js';
import type { Actor } from '../../../common/actor.js';
import { ApiError, errors } from '../../../common/errors.js';
import { newId } from '../../../common/ids.js';
import { now } from '../../../common/time.js';
import { AppConfig } from '../../../config/app-config.js';
import { isForeignKeyViolation, isUniqueViolation } from '../../../database/driver-errors.js';
import { Transactions } from '../../../database/transactions.js';
import { DomainEvents } from '../../../events/domain-events.js';
import { BlobLedger } from '../../contents/blob-ledger.js';
import { BlobWriter, type StoredBytes } from '../../contents/blob-writer.js';
import { normalizeFileName } from '../../contents/file-name.js';
import { Idempotency } from '../idempotency.js';
import { normalizeMediaType } from '../../contents/media-type.js';
import { translateStorageError } from '../../contents/storage-refusals.js';
import { foldName, StoredFile } from '../../contents/stored-file.entity.js';
import { receiveUpload, type UploadedPart, type UploadForm } from './upload-form.js';

export interface Upload {
  readonly file: StoredFile;
  /** True when a retry was told what its first attempt led to. */
  readonly replayed: boolean;
}

/** Takes files in. Bytes before row: a crash leaves bytes to sweep, never a row without bytes. */
@Injectable()
export class UploadsService {
  readonly #running = new Set<Promise<unknown>>();

  constructor(
    private readonly blobs: BlobWriter,
    private readonly ledger: BlobLedger,
    private readonly idempotency: Idempotency,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
    private readonly config: AppConfig,
  ) {}

  /**
   * Stores the file of a multipart request and resolves when bytes, row and audit record would survive
   * a power loss. Whatever fails leaves neither row nor bytes, and one `FILE_REFUSED` in the trail.
   */
  async upload(actor: Actor, request: Request): Promise<Upload> {
    const upload = this.#receive(actor, request);
    this.#running.add(upload);
    try {
      return await upload;
    } finally {
      this.#running.delete(upload);
    }
  }

  /** Resolves when the uploads that run now are stored or cleaned up; for the stop, which may have cut them. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  async #receive(actor: Actor, request: Request): Promise<Upload> {
    let stored: StoredBytes | null = null;
    const wait = waitOf(request);
    const store = async (source: Readable, part: UploadedPart): Promise<StoredBytes> => {
      normalizeFileName(part.name);
      stored = await this.blobs.write(source, announcedBytes(request), wait);
      return stored;
    };
    try {
      const idempotencyKey = this.idempotency.parse(request.get('idempotency-key'));
      const form = await receiveUpload(request, this.config.files.maxUploadBytes, store);
      wait.requireTime();
      const upload = await this.#commit(actor, toStoredFile(actor, form), idempotencyKey);
      if (upload.replayed) await this.ledger.discard(form.stored.blobKey);
      return upload;
    } catch (error) {
      await this.#discard(stored);
      throw await this.#refused(actor, error, request);
    }
  }

  async #discard(stored: StoredBytes | null): Promise<void> {
    if (stored !== null) await this.ledger.discard(stored.blobKey);
  }

  async #commit(actor: Actor, file: StoredFile, idempotencyKey: string | null): Promise<Upload> {
    if (idempotencyKey === null) return { file: await this.#insert(actor, file, null), replayed: false };
    const earlier = await this.idempotency.findResult(actor, idempotencyKey, file);
    if (earlier !== null) return { file: earlier, replayed: true };
    try {
      return { file: await this.#insert(actor, file, idempotencyKey), replayed: false };
    } catch (error) {
      const winner = isUniqueViolation(error)
        ? await this.idempotency.findResult(actor, idempotencyKey, file)
        : null;
      if (winner === null) throw error;
      return { file: winner, replayed: true };
    }
  }

  #insert(actor: Actor, file: StoredFile, idempotencyKey: string | null): Promise<StoredFile> {
    return this.transactions.run(async (tx) => {
      await tx.insert(StoredFile, file);
      await this.ledger.settle(tx, file.blobKey);
      if (idempotencyKey !== null) await this.idempotency.remember(tx, idempotencyKey, file);
      await this.events.publishIn(tx, {
        type: 'file.uploaded',
        actor,
        ownerId: file.ownerId,
        fileId: file.id,
        name: file.name,
        size: file.size,
        sha256: file.sha256,
        mimeType: file.mimeType,
      });
      return file;
    });
  }

  /** Records the refusal and returns what the client is told. */
  async #refused(actor: Actor, error: unknown, request: Request): Promise<unknown> {
    // The account was deleted while its upload ran.
    const refusal = isForeignKeyViolation(error) ? errors.unauthorized() : translateStorageError(error);
    await this.events.publish({
      type: 'file.refused',
      actor,
      ownerId: actor.userId,
      aborted: request.destroyed && !request.complete,
      reason: refusal instanceof ApiError ? refusal.code : 'internal_error',
    });
    return refusal;
  }
}

/** The length of the whole form, which is a little more than that of the file; null when it comes in chunks. */
function announcedBytes(request: Request): number | null {
  const length = request.get('content-length');
  return length === undefined ? null : Number(length);
}

/** @throws `digest_mismatch`. */
function toStoredFile(actor: Actor, { part, stored, sha256 }: UploadForm<StoredBytes>): StoredFile {
  if (sha256 !== null && sha256.trim().toLowerCase() !== stored.sha256) throw errors.digestMismatch();
  const name = normalizeFileName(part.name);
  return {
    id: newId(),
    ownerId: actor.userId,
    name,
    nameFolded: foldName(name),
    mimeType: normalizeMediaType(part.mediaType),
    size: stored.size,
    sha256: stored.sha256,
    blobKey: stored.blobKey,
    createdAt: now(),
  };
}
