import { Injectable } from '@nestjs/common';
import { errors } from '../../../common/refusals/errors.js';
import { FreeSpace } from '../../contents/free-space.js';
import { UnfinishedBlobs } from '../../contents/unfinished-blobs.js';
import { GrowingStorage } from '../../storage/growing-storage.js';
import type { ArrivingBody } from './arriving-body.js';
import type { BodyChecks } from './body-checks.js';
import type { HeldLease } from './held-lease.js';
import type { ResumableUpload } from './resumable-upload.entity.js';
import { UploadReception } from './upload-reception.js';
import { UploadRecords } from './upload-records.js';

/** An upload after a request, and the digest of the file when all of it came with that request. */
export interface Received {
  readonly upload: ResumableUpload;
  /** Hex; null when the bytes have to be read again. */
  readonly sha256: string | null;
}

/** The stored part of unfinished uploads. */
@Injectable()
export class GrowingUploads {
  constructor(
    private readonly growing: GrowingStorage,
    private readonly records: UploadRecords,
    private readonly blobs: UnfinishedBlobs,
    private readonly space: FreeSpace,
  ) {}

  /**
   * Appends a body of at most `announced` bytes, or of an unknown number when it is null.
   * @throws `storage_full`, and what `UploadReception.receive` throws.
   */
  async append(
    lease: HeldLease,
    upload: ResumableUpload,
    body: ArrivingBody,
    announced: number | null,
    checks: BodyChecks | null,
  ): Promise<Received> {
    const room = await this.space.reserve(announced);
    try {
      return await this.blobs.withNewKeys(upload.ownerId, async (newKey) => {
        const object = await this.growing.open(upload.growth!, lease.disputed, newKey);
        try {
          if (!(await this.blobs.keep(upload.ownerId, object.growth.keys))) throw errors.uploadGone();
          const opened = lease.disputed ? await this.records.record(lease, upload, object.growth) : upload;
          const reception = new UploadReception(this.records, lease, opened, body, checks);
          const received = await reception.receive(object, room);
          return { upload: received, sha256: received.state === 'sealed' ? reception.sha256 : null };
        } finally {
          await object.close();
        }
      });
    } catch (error) {
      throw await this.records.explain(lease, upload, error);
    } finally {
      room.release();
    }
  }
}
