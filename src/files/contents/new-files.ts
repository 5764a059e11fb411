import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import type { Actor } from '../../common/access/actor.js';
import type { AnswerWait } from '../../common/answer-wait.js';
import { errors } from '../../common/refusals/errors.js';
import { ApiError } from '../../common/refusals/refusal.js';
import { newId } from '../../common/ids.js';
import { now } from '../../common/time.js';
import { isForeignKeyViolation } from '../../database/driver-errors.js';
import { Transactions } from '../../database/transactions.js';
import { DomainEvents } from '../../events/domain-events.js';
import { Quota } from '../quota/quota.js';
import type { Alongside } from './alongside.js';
import { BlobLedger } from './blob-ledger.js';
import { BlobWriter, type StoredBytes } from './blob-writer.js';
import type { DescribedContent } from './described-content.js';
import { footprintOf } from './footprint.js';
import { translateStorageError } from './storage-refusals.js';
import { foldName, StoredFile } from './stored-file.entity.js';

/**
 * Every new file is made here, by all upload protocols. The bytes are stored first, then the row is inserted.
 * A crash leaves bytes for the sweep, never a row without bytes. The caller of `store` must call `commit` or
 * `discard` afterwards.
 */
@Injectable()
export class NewFiles {
  constructor(
    private readonly blobs: BlobWriter,
    private readonly ledger: BlobLedger,
    private readonly quota: Quota,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
  ) {}

  /**
   * Stores what `source` yields for `actor`: at most `announced` bytes, or an unknown number when it is null. When it
   * rejects, nothing stays stored.
   * @throws `storage_full`, `quota_exceeded`, and whatever `source` and the storage throw.
   */
  store(actor: Actor, source: Readable, announced: number | null, wait: AnswerWait): Promise<StoredBytes> {
    return this.blobs.write(actor.userId, source, announced, wait);
  }

  /** Makes the row of a new file, without inserting it. */
  describe(actor: Actor, content: DescribedContent): StoredFile {
    const createdAt = now();
    return {
      id: newId(),
      ownerId: actor.userId,
      ...content,
      nameFolded: foldName(content.name),
      createdAt,
      version: 1,
      updatedAt: createdAt,
      keptBytes: 0,
      trashedAt: null,
    };
  }

  /**
   * Inserts the row. When it resolves, bytes, row and audit record survive a power loss.
   * @throws whatever `alongside` throws; `quota_exceeded`; `storage_unavailable` when the bytes were swept before.
   */
  commit(actor: Actor, file: StoredFile, alongside?: Alongside): Promise<StoredFile> {
    return this.ledger.fit(file.blobKey, () => this.#insert(actor, file, alongside));
  }

  /** Removes stored bytes, but keeps them if they have a row. A failure is logged and left to the sweep. */
  discard(stored: StoredBytes): Promise<void> {
    return this.blobs.discard(stored);
  }

  /**
   * Records the refusal of an upload and returns the error for the client. `aborted` is true when the client
   * closed the connection. `fileId` names the file whose content was to be replaced.
   */
  async refused(
    actor: Actor,
    error: unknown,
    aborted: boolean,
    fileId: string | null = null,
  ): Promise<unknown> {
    // A missing owner: the account was deleted during its upload.
    const refusal = isForeignKeyViolation(error) ? errors.unauthorized() : translateStorageError(error);
    await this.events.publishRefusal({
      type: 'file.refused',
      actor,
      ownerId: actor.userId,
      fileId,
      aborted,
      reason: refusal instanceof ApiError ? refusal.code : 'internal_error',
    });
    return refusal;
  }

  #insert(actor: Actor, file: StoredFile, alongside?: Alongside): Promise<StoredFile> {
    return this.transactions.run(async (tx) => {
      await tx.insert(StoredFile, file);
      const reserved = await this.ledger.settle(tx, file.blobKey);
      await alongside?.(tx, file);
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
      await this.quota.charge(tx, file.ownerId, { ...footprintOf(file), reserved: -reserved });
      return file;
    });
  }
}
