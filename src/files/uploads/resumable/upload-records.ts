import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { errors } from '../../../common/refusals/errors.js';
import { ApiError } from '../../../common/refusals/refusal.js';
import { fromNow } from '../../../common/time.js';
import { AppConfig } from '../../../config/app-config.js';
import { Transactions } from '../../../database/transactions.js';
import type { StoredFile } from '../../contents/stored-file.entity.js';
import { UnfinishedBlobs } from '../../contents/unfinished-blobs.js';
import type { Growth } from '../../storage/growing-storage.js';
import { StorageError } from '../../storage/object-storage.js';
import type { HeldLease } from './held-lease.js';
import { ResumableUpload, UNFINISHED_STATES } from './resumable-upload.entity.js';

const HOUR_MS = 3_600_000;

/** Writes what the holder of an upload has done. Every write names the number of the lease, so a former holder writes nothing. */
@Injectable()
export class UploadRecords {
  constructor(
    private readonly transactions: Transactions,
    private readonly blobs: UnfinishedBlobs,
    private readonly config: AppConfig,
  ) {}

  /** When an upload that has got a byte now is removed. */
  expiry(): string {
    return fromNow(this.config.files.uploadTtlHours * HOUR_MS);
  }

  /**
   * Records bytes that are safe. With all of them the upload is sealed; its offset stays until it is a file.
   * @returns the upload as it is then.
   * @throws `upload_locked` when another request has the upload; `upload_gone`.
   */
  async record(lease: HeldLease, upload: ResumableUpload, growth: Growth): Promise<ResumableUpload> {
    const sealed = growth.size === upload.length;
    const change = {
      growth,
      state: sealed ? ('sealed' as const) : ('open' as const),
      offset: sealed ? upload.offset : growth.size,
      disputed: false,
      expiresAt: this.expiry(),
    };
    await this.transactions.run(async (tx) => {
      await this.blobs.rename(tx, upload.growth?.keys ?? [], growth.keys);
      await this.#write(tx, lease, change);
    });
    return { ...upload, ...change };
  }

  /** Turns the upload into `file`, in the transaction that makes it. Keys beside that of the file go. */
  async finish(
    tx: EntityManager,
    lease: HeldLease,
    upload: ResumableUpload,
    file: StoredFile,
  ): Promise<void> {
    const rest = (upload.growth?.keys ?? []).filter((key) => key !== file.blobKey);
    await this.blobs.drop(tx, rest);
    await this.#write(tx, lease, {
      state: 'finished',
      offset: upload.length,
      growth: null,
      fileId: file.id,
      leaseHolder: null,
      expiresAt: this.expiry(),
    });
  }

  /** Ends an upload that cannot become a file: its bytes and what is reserved for them go. */
  async end(lease: HeldLease, upload: ResumableUpload): Promise<void> {
    await this.transactions.run(async (tx) => {
      await this.#write(tx, lease, {});
      await this.endHeld(tx, upload);
    });
  }

  /**
   * Ends an upload that the caller has locked in this transaction, whoever holds its lease. The row stays for a while, to tell the
   * client that the upload is gone.
   */
  async endHeld(tx: EntityManager, { id, growth, leaseNumber }: ResumableUpload): Promise<void> {
    await this.blobs.drop(tx, growth?.keys ?? []);
    await tx.update(
      ResumableUpload,
      { id },
      {
        state: 'ended',
        growth: null,
        name: '',
        metadata: '',
        leaseNumber: leaseNumber + 1,
        leaseHolder: null,
        expiresAt: this.expiry(),
      },
    );
  }

  /**
   * The reason behind a failure: that another request has ended the upload, or has taken it, with the bytes. `error` itself when
   * the lease is still held. What was stored for `upload` after it had ended is removed.
   */
  async explain(
    { uploadId: id, number: leaseNumber, lost }: HeldLease,
    { ownerId, growth }: ResumableUpload,
    error: unknown,
  ): Promise<unknown> {
    if (!lost && !mayComeOfLoss(error)) return error;
    const reason = await this.transactions.run(async (tx) => {
      const isHeld = await tx.existsBy(ResumableUpload, { id, leaseNumber, state: In(UNFINISHED_STATES) });
      return isHeld ? error : lossIn(tx, id);
    });
    if (isGone(reason)) await this.blobs.keep(ownerId, growth?.keys ?? []);
    return reason;
  }

  async #write(tx: EntityManager, lease: HeldLease, change: Partial<ResumableUpload>): Promise<void> {
    const { uploadId: id, number: leaseNumber } = lease;
    const held = { id, leaseNumber, state: In(UNFINISHED_STATES) };
    const { affected } = await tx.update(ResumableUpload, held, { leaseNumber, ...change });
    if (affected === 1) return;
    throw await lossIn(tx, id);
  }
}

/** What another request has made of the upload: it has it, or has ended it. */
async function lossIn(tx: EntityManager, id: string): Promise<ApiError> {
  const alive = await tx.existsBy(ResumableUpload, { id, state: In([...UNFINISHED_STATES, 'finished']) });
  return alive ? errors.uploadLocked() : errors.uploadGone();
}

function isGone(reason: unknown): boolean {
  return reason instanceof ApiError && reason.code === 'upload_gone';
}

function mayComeOfLoss(error: unknown): boolean {
  if (error instanceof StorageError) return error.reason === 'missing' || error.reason === 'damaged';
  return isGone(error) || (error instanceof ApiError && error.code === 'storage_unavailable');
}
