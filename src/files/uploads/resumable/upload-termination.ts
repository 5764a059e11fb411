import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Actor } from '../../../common/access/actor.js';
import { errors } from '../../../common/refusals/errors.js';
import { findForUpdate } from '../../../database/find-for-update.js';
import { Transactions } from '../../../database/transactions.js';
import { ResumableUpload } from './resumable-upload.entity.js';
import { requireVersion } from './tus-request.js';
import { UploadLookup } from './upload-lookup.js';
import { UploadRecords } from './upload-records.js';

/** Ends uploads for their owner. */
@Injectable()
export class UploadTermination {
  constructor(
    private readonly lookup: UploadLookup,
    private readonly records: UploadRecords,
    private readonly transactions: Transactions,
  ) {}

  /**
   * Removes an unfinished upload, also while a request sends bytes to it. Of a finished one only the upload goes, not the file.
   * @throws `upload_not_found`, `upload_gone`.
   */
  async delete(actor: Actor, id: string, request: Request): Promise<void> {
    requireVersion(request);
    await this.end(actor, id);
  }

  /** Like `delete`, for an upload that no request names. */
  async end(actor: Actor, id: string): Promise<void> {
    const { id: uploadId, ownerId } = await this.lookup.get(actor, id);
    await this.transactions.run(async (tx) => {
      const [upload] = await findForUpdate(tx, ResumableUpload, { id: uploadId, ownerId });
      if (upload === undefined || upload.state === 'ended') throw errors.uploadGone();
      await this.records.endHeld(tx, upload);
    });
  }
}
