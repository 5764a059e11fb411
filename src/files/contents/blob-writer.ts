import { Injectable } from '@nestjs/common';
import { pipeline, type Readable } from 'node:stream';
import type { AnswerWait } from '../../common/answer-wait.js';
import { BlobLedger } from './blob-ledger.js';
import { DigestingStream } from './digesting-stream.js';
import { FreeSpace } from './free-space.js';
import { ObjectStorage } from '../storage/object-storage.js';

/** Bytes that are stored and on the ledger, but have no row yet. */
export interface StoredBytes {
  readonly blobKey: string;
  readonly size: number;
  readonly sha256: string;
}

/** Stores bytes that arrive: room for them first, then a key on the ledger, then the bytes. */
@Injectable()
export class BlobWriter {
  constructor(
    private readonly space: FreeSpace,
    private readonly ledger: BlobLedger,
    private readonly storage: ObjectStorage,
  ) {}

  /**
   * Stores what `source` yields: at most `announced` bytes, or an unknown number. When it rejects, nothing is left. The storage
   * watches over its own silence; `wait` does not count what it needs.
   * @throws `storage_full`, what `source` and the storage throw.
   */
  async write(source: Readable, announced: number | null, wait: AnswerWait): Promise<StoredBytes> {
    const room = await this.space.reserve(announced);
    try {
      const blobKey = await this.ledger.reserve();
      const digesting = new DigestingStream((bytes) => room.count(bytes));
      try {
        // The callback is only there to be told: an error travels down the stream and makes write() reject.
        pipeline(source, digesting, () => undefined);
        await wait.hold(() => this.storage.write(blobKey, digesting));
      } catch (error) {
        await this.ledger.discard(blobKey);
        throw error;
      }
      return { blobKey, size: digesting.size, sha256: digesting.sha256() };
    } finally {
      room.release();
    }
  }
}
