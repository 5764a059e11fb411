import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { newId } from '../../../common/ids.js';
import { errors } from '../../../common/refusals/errors.js';
import { Transactions } from '../../../database/transactions.js';
import { UnfinishedBlobs } from '../../contents/unfinished-blobs.js';
import { GrowingStorage } from '../../storage/growing-storage.js';
import { ResumableUpload, UNFINISHED_STATES } from './resumable-upload.entity.js';
import type { Destination } from './upload-completion.js';
import { UploadRecords } from './upload-records.js';

/** Unfinished uploads that one user may have. */
const MAX_UNFINISHED = 100;

/** What a client says of a new upload. */
export interface Announced extends Destination {
  readonly ownerId: string;
  /** Bytes. */
  readonly length: number;
  /** `Upload-Metadata` as sent. */
  readonly metadata: string;
}

/** Inserts the rows of new uploads. */
@Injectable()
export class NewUploads {
  constructor(
    private readonly transactions: Transactions,
    private readonly blobs: UnfinishedBlobs,
    private readonly growing: GrowingStorage,
    private readonly records: UploadRecords,
  ) {}

  /** Begins an upload, with all its bytes reserved. @throws `quota_exceeded`, `too_many_uploads`. */
  open(announced: Announced): Promise<ResumableUpload> {
    return this.transactions.run(async (tx) => {
      const key = await this.blobs.open(tx, announced.ownerId, announced.length);
      const upload = this.#rowOf(announced);
      const opened = { ...upload, growth: this.growing.begin(key) };
      await tx.insert(ResumableUpload, opened);
      // The charge has locked the usage of the owner: uploads that begin in parallel are counted one after another.
      const { ownerId } = announced;
      const count = await tx.countBy(ResumableUpload, { ownerId, state: In(UNFINISHED_STATES) });
      if (count > MAX_UNFINISHED) throw errors.tooManyUploads(MAX_UNFINISHED);
      return opened;
    });
  }

  /** Inserts an upload that is a file already, in the transaction that makes the file. */
  async insertFinished(tx: EntityManager, announced: Announced, fileId: string): Promise<ResumableUpload> {
    const upload = {
      ...this.#rowOf(announced),
      state: 'finished' as const,
      offset: announced.length,
      fileId,
    };
    await tx.insert(ResumableUpload, upload);
    return upload;
  }

  #rowOf(announced: Announced): ResumableUpload {
    return {
      ...announced,
      id: newId(),
      state: 'open',
      offset: 0,
      growth: null,
      fileId: null,
      leaseNumber: 0,
      leaseHolder: null,
      leaseBeat: 0,
      leaseWanted: false,
      disputed: false,
      expiresAt: this.records.expiry(),
    };
  }
}
