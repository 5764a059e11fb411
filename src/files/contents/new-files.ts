import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../../common/access/actor.js';
import type { AnswerWait } from '../../common/answer-wait.js';
import { ApiError, errors } from '../../common/refusals/errors.js';
import { newId } from '../../common/ids.js';
import { now } from '../../common/time.js';
import { isForeignKeyViolation } from '../../database/driver-errors.js';
import { Transactions } from '../../database/transactions.js';
import { DomainEvents } from '../../events/domain-events.js';
import { BlobLedger } from './blob-ledger.js';
import { BlobWriter, type StoredBytes } from './blob-writer.js';
import { normalizeFileName } from './file-name.js';
import { normalizeMediaType } from './media-type.js';
import { translateStorageError } from './storage-refusals.js';
import { foldName, StoredFile } from './stored-file.entity.js';

/** What a client says of the bytes it brings. */
export interface Announcement {
  readonly name: string;
  readonly mediaType: string;
  /** The SHA-256 that the bytes have to have, in hex; null when nothing was said. */
  readonly sha256: string | null;
}

/** What an edge writes in the transaction that makes the row. */
type Alongside = (tx: EntityManager, file: StoredFile) => Promise<void>;

/**
 * The one way in for new files, whatever protocol brings them: bytes first, then the row. A crash leaves bytes to sweep, never a row
 * without bytes. Whoever has stored bytes either commits or discards them.
 */
@Injectable()
export class NewFiles {
  constructor(
    private readonly blobs: BlobWriter,
    private readonly ledger: BlobLedger,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
  ) {}

  /**
   * Stores what `source` yields: at most `announced` bytes, or an unknown number. When it rejects, nothing is left.
   * @throws `storage_full`, what `source` and the storage throw.
   */
  store(source: Readable, announced: number | null, wait: AnswerWait): Promise<StoredBytes> {
    return this.blobs.write(source, announced, wait);
  }

  /** The file that stored bytes will be. @throws `digest_mismatch`, `invalid_file_name`. */
  describe(actor: Actor, stored: StoredBytes, announced: Announcement): StoredFile {
    const { sha256 } = announced;
    if (sha256 !== null && sha256.trim().toLowerCase() !== stored.sha256) throw errors.digestMismatch();
    const name = normalizeFileName(announced.name);
    return {
      id: newId(),
      ownerId: actor.userId,
      name,
      nameFolded: foldName(name),
      mimeType: normalizeMediaType(announced.mediaType),
      size: stored.size,
      sha256: stored.sha256,
      blobKey: stored.blobKey,
      createdAt: now(),
    };
  }

  /**
   * Makes the row of a described file. Bytes, row and audit record then survive a power loss.
   * @throws what `alongside` throws; `storage_unavailable` when the bytes were swept meanwhile.
   */
  commit(actor: Actor, file: StoredFile, alongside?: Alongside): Promise<StoredFile> {
    return this.transactions.run(async (tx) => {
      await tx.insert(StoredFile, file);
      await this.ledger.settle(tx, file.blobKey);
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
      return file;
    });
  }

  /** Removes stored bytes, unless they have their row after all. What fails is reported and left to the sweep. */
  discard({ blobKey }: StoredBytes): Promise<void> {
    return this.ledger.discard(blobKey);
  }

  /** Records that a file was not taken in, and returns what the client is told. `aborted` when the client went away. */
  async refused(actor: Actor, error: unknown, aborted: boolean): Promise<unknown> {
    // The account was deleted while its upload ran.
    const refusal = isForeignKeyViolation(error) ? errors.unauthorized() : translateStorageError(error);
    await this.events.publish({
      type: 'file.refused',
      actor,
      ownerId: actor.userId,
      aborted,
      reason: refusal instanceof ApiError ? refusal.code : 'internal_error',
    });
    return refusal;
  }
}
