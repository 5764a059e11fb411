import { Injectable } from '@nestjs/common';
import { pipeline, type Readable } from 'node:stream';
import type { AnswerWait } from '../../common/answer-wait.js';
import { BlobLedger } from './blob-ledger.js';
import { BlobSweep } from './blob-sweep.js';
import { DigestingStream } from './digesting-stream.js';
import { FreeSpace } from './free-space.js';
import { ReservedShare } from './reserved-share.js';
import { ObjectStorage } from '../storage/object-storage.js';

/** Bytes that are stored and on the ledger. They have no row yet. */
export interface StoredBytes {
  readonly blobKey: string;
  readonly size: number;
  readonly sha256: string;
}

/**
 * Stores the bytes of an upload. It reserves free space, then puts a key on the ledger, then writes the
 * bytes.
 */
@Injectable()
export class BlobWriter {
  constructor(
    private readonly space: FreeSpace,
    private readonly ledger: BlobLedger,
    private readonly sweep: BlobSweep,
    private readonly storage: ObjectStorage,
  ) {}

  /** Removes stored bytes, but keeps them if they have a row. A failure is logged and left to the sweep. */
  discard({ blobKey }: Pick<StoredBytes, 'blobKey'>): Promise<void> {
    return this.sweep.discard([blobKey]);
  }

  /**
   * Stores what `source` yields for `ownerId`: at most `announced` bytes, or an unknown number when it is null.
   * When it rejects, nothing stays stored. The time of the write does not count as waiting time of `wait`,
   * since the storage has timeouts of its own.
   * @throws `storage_full`, `quota_exceeded`, and whatever `source` and the storage throw.
   */
  async write(
    ownerId: string,
    source: Readable,
    announced: number | null,
    wait: AnswerWait,
  ): Promise<StoredBytes> {
    const room = await this.space.reserve(announced);
    try {
      const share = await ReservedShare.open(this.ledger, ownerId, announced);
      const { blobKey } = share;
      const digesting = new DigestingStream((bytes) => bothOf(room.count(bytes), share.count(bytes)));
      try {
        // The callback does nothing: an error passes down the stream and makes write() reject.
        pipeline(source, digesting, () => undefined);
        await wait.hold(() => this.storage.write(blobKey, digesting));
      } catch (error) {
        await this.discard(share);
        throw error;
      }
      return { blobKey, size: digesting.size, sha256: digesting.sha256() };
    } finally {
      room.release();
    }
  }
}

/** Resolves when both have; undefined when neither has to be waited for. */
function bothOf(one: Promise<void> | undefined, other: Promise<void> | undefined): Promise<void> | undefined {
  return one && other ? Promise.all([one, other]).then(() => undefined) : (one ?? other);
}
