import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import type { Request } from 'express';
import type { Actor } from '../../../common/access/actor.js';
import { waitOf } from '../../../common/answer-wait.js';
import { AppConfig } from '../../../config/app-config.js';
import type { Alongside } from '../../contents/alongside.js';
import type { StoredBytes } from '../../contents/blob-writer.js';
import { type DescribedContent, describeContent } from '../../contents/described-content.js';
import { normalizeFileName } from '../../contents/file-name.js';
import { NewFiles } from '../../contents/new-files.js';
import { ReservedShare } from '../../contents/reserved-share.js';
import type { StoredFile } from '../../contents/stored-file.entity.js';
import { UsageLookup } from '../../quota/usage-lookup.js';
import type { IdempotencyKey } from '../idempotency-key.entity.js';
import { fingerprintOf, Idempotency, type Outcome } from '../idempotency.js';
import { receiveUpload, type UploadedPart } from './upload-form.js';

/** What is done with the file of a multipart request. */
export interface Purpose {
  /** The file whose content is to be replaced; null for a new file. */
  readonly fileId: string | null;
  /** Throws what can be refused before the bytes. Not called for a retry, which gets the first result. */
  admit(): void;
  commit(content: DescribedContent, alongside?: Alongside): Promise<StoredFile>;
}

/** Receives the file of a multipart request, for a new file as for a new content. */
@Injectable()
export class MultipartUploads {
  readonly #running = new Set<Promise<unknown>>();

  constructor(
    private readonly newFiles: NewFiles,
    private readonly idempotency: Idempotency,
    private readonly usages: UsageLookup,
    private readonly config: AppConfig,
  ) {}

  /**
   * Stores the file of the request and commits it. A failed upload leaves neither row nor bytes, and one `FILE_REFUSED` in the
   * audit trail.
   * @throws whatever the purpose throws, and the refusals of the form, the storage and the quota.
   */
  async receive(actor: Actor, request: Request, purpose: Purpose): Promise<Outcome> {
    const upload = this.#receive(actor, request, purpose);
    this.#running.add(upload);
    try {
      return await upload;
    } finally {
      this.#running.delete(upload);
    }
  }

  /**
   * Resolves when all running uploads are stored or cleaned up. The shutdown waits for it after it has closed
   * the connections.
   */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  async #receive(actor: Actor, request: Request, purpose: Purpose): Promise<Outcome> {
    try {
      const key = this.idempotency.parse(request.get('idempotency-key'));
      const first = key === null ? null : await this.idempotency.find(actor, key);
      if (first !== null) return await this.#repeat(request, purpose, first);
      purpose.admit();
      await this.usages.requireRoom(actor.userId, ReservedShare.bytesOf(announcedBytes(request)));
      return await this.#store(actor, request, purpose, key);
    } catch (error) {
      throw await this.newFiles.refused(actor, error, request.destroyed && !request.complete, purpose.fileId);
    }
  }

  async #store(actor: Actor, request: Request, purpose: Purpose, key: string | null): Promise<Outcome> {
    let stored: StoredBytes | null = null;
    const wait = waitOf(request);
    const store = async (source: Readable, part: UploadedPart): Promise<StoredBytes> => {
      normalizeFileName(part.name);
      stored = await this.newFiles.store(actor, source, announcedBytes(request), wait);
      return stored;
    };
    try {
      const form = await receiveUpload(request, this.config.files.maxUploadBytes, store);
      wait.requireTime();
      const content = describeContent(form.stored, { ...form.part, sha256: form.sha256 });
      const fingerprint = fingerprintOf(content, purpose.fileId);
      const outcome = await this.idempotency.once(actor, key, fingerprint, (alongside) =>
        purpose.commit(content, alongside),
      );
      if (outcome.replayed) await this.newFiles.discard(form.stored);
      return outcome;
    } catch (error) {
      if (stored !== null) await this.newFiles.discard(stored);
      throw error;
    }
  }

  /** Reads the bytes of a retry, without storing them: its first upload may have taken the last room. */
  async #repeat(request: Request, { fileId }: Purpose, first: IdempotencyKey): Promise<Outcome> {
    const wait = waitOf(request);
    const { part, stored, sha256 } = await receiveUpload(
      request,
      this.config.files.maxUploadBytes,
      (source) => wait.hold(() => digestOf(source)),
    );
    const content = describeContent(stored, { ...part, sha256 });
    return this.idempotency.replay(first, fingerprintOf(content, fileId));
  }
}

/** The length of the whole form, which is slightly more than that of the file. Null for a chunked body. */
function announcedBytes(request: Request): number | null {
  const length = request.get('content-length');
  return length === undefined ? null : Number(length);
}

async function digestOf(source: Readable): Promise<Pick<StoredBytes, 'sha256'>> {
  const hash = createHash('sha256');
  for await (const chunk of source) hash.update(chunk as Buffer);
  return { sha256: hash.digest('hex') };
}
