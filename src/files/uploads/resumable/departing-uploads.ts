import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, Repository } from 'typeorm';
import { findForUpdate } from '../../../database/find-for-update.js';
import { Transactions } from '../../../database/transactions.js';
import { Departures } from '../../../users/departures.js';
import { UnfinishedBlobs } from '../../contents/unfinished-blobs.js';
import { ResumableUpload } from './resumable-upload.entity.js';

/** Uploads of one transaction. Other work runs between two. */
const STEP = 50;

/** The uploads of users who have deleted their account. */
@Injectable()
export class DepartingUploads {
  constructor(
    @InjectRepository(ResumableUpload) private readonly uploads: Repository<ResumableUpload>,
    private readonly blobs: UnfinishedBlobs,
    private readonly transactions: Transactions,
    departures: Departures,
  ) {
    departures.register((userId) => this.#removeAll(userId));
  }

  async *#removeAll(ownerId: string): AsyncGenerator<number> {
    for (;;) {
      const next = await this.uploads.find({ select: { id: true }, where: { ownerId }, take: STEP });
      if (next.length === 0) return;
      const ids = In(next.map(({ id }) => id));
      await this.transactions.run(async (tx) => {
        const held = await findForUpdate(tx, ResumableUpload, { id: ids, ownerId });
        await this.blobs.drop(
          tx,
          held.flatMap(({ growth }) => growth?.keys ?? []),
        );
        await tx.delete(ResumableUpload, { id: ids, ownerId });
      });
      yield next.length;
    }
  }
}
