import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import type { Request } from 'express';
import type { Actor } from '../../../common/access/actor.js';
import { waitOf } from '../../../common/answer-wait.js';
import { AppConfig } from '../../../config/app-config.js';
import { isUniqueViolation } from '../../../database/driver-errors.js';
import type { StoredBytes } from '../../contents/blob-writer.js';
import { normalizeFileName } from '../../contents/file-name.js';
import { NewFiles } from '../../contents/new-files.js';
import type { StoredFile } from '../../contents/stored-file.entity.js';
import { Idempotency } from '../idempotency.js';
import { receiveUpload, type UploadedPart } from './upload-form.js';

export interface Upload {
  readonly file: StoredFile;
  /** True when a retry was told what its first attempt led to. */
  readonly replayed: boolean;
}

/** Takes in files that come as one multipart request each. */
@Injectable()
export class UploadsService {
  readonly #running = new Set<Promise<unknown>>();

  constructor(
    private readonly newFiles: NewFiles,
    private readonly idempotency: Idempotency,
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
      stored = await this.newFiles.store(source, announcedBytes(request), wait);
      return stored;
    };
    try {
      const idempotencyKey = this.idempotency.parse(request.get('idempotency-key'));
      const form = await receiveUpload(request, this.config.files.maxUploadBytes, store);
      wait.requireTime();
      const file = this.newFiles.describe(actor, form.stored, { ...form.part, sha256: form.sha256 });
      const upload = await this.#commit(actor, file, idempotencyKey);
      if (upload.replayed) await this.newFiles.discard(form.stored);
      return upload;
    } catch (error) {
      await this.#discard(stored);
      throw await this.newFiles.refused(actor, error, request.destroyed && !request.complete);
    }
  }

  async #discard(stored: StoredBytes | null): Promise<void> {
    if (stored !== null) await this.newFiles.discard(stored);
  }

  async #commit(actor: Actor, file: StoredFile, idempotencyKey: string | null): Promise<Upload> {
    if (idempotencyKey === null) return { file: await this.newFiles.commit(actor, file), replayed: false };
    const earlier = await this.idempotency.findResult(actor, idempotencyKey, file);
    if (earlier !== null) return { file: earlier, replayed: true };
    try {
      const committed = await this.newFiles.commit(actor, file, (tx) =>
        this.idempotency.remember(tx, idempotencyKey, file),
      );
      return { file: committed, replayed: false };
    } catch (error) {
      const winner = isUniqueViolation(error)
        ? await this.idempotency.findResult(actor, idempotencyKey, file)
        : null;
      if (winner === null) throw error;
      return { file: winner, replayed: true };
    }
  }
}

/** The length of the whole form, which is a little more than that of the file; null when it comes in chunks. */
function announcedBytes(request: Request): number | null {
  const length = request.get('content-length');
  return length === undefined ? null : Number(length);
}
