import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, LessThan, Repository } from 'typeorm';
import { Housekeeping } from '../../../common/lifecycle/housekeeping.js';
import { now } from '../../../common/time.js';
import { findForUpdate } from '../../../database/find-for-update.js';
import { Transactions } from '../../../database/transactions.js';
import { ResumableUpload } from './resumable-upload.entity.js';
import { UploadRecords } from './upload-records.js';

/** Uploads of one transaction. Other work runs between two. */
const STEP = 50;

/** Ends uploads whose time is over, and later forgets them. Every process does this; an upload is ended once. */
@Injectable()
export class UploadExpiry {
  constructor(
    @InjectRepository(ResumableUpload) private readonly uploads: Repository<ResumableUpload>,
    private readonly records: UploadRecords,
    private readonly transactions: Transactions,
    housekeeping: Housekeeping,
  ) {
    housekeeping.register('resumable uploads', () => this.apply());
  }

  async apply(): Promise<void> {
    for (;;) {
      const expired = { expiresAt: LessThan(now()) };
      const due = await this.uploads.find({ select: { id: true }, where: expired, take: STEP });
      if (due.length === 0) return;
      const ids = In(due.map(({ id }) => id));
      await this.transactions.run(async (tx) => {
        for (const upload of await findForUpdate(tx, ResumableUpload, { id: ids, ...expired }))
          await this.#expire(tx, upload);
      });
      await nextTurn();
    }
  }

  async #expire(tx: EntityManager, upload: ResumableUpload): Promise<void> {
    if (upload.growth === null) await tx.delete(ResumableUpload, { id: upload.id });
    else await this.records.endHeld(tx, upload);
  }
}
