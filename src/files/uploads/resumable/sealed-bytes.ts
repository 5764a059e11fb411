import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { UnfinishedBlobs } from '../../contents/unfinished-blobs.js';
import { GrowingStorage, type Growth } from '../../storage/growing-storage.js';
import { ObjectStorage } from '../../storage/object-storage.js';
import type { ResumableUpload } from './resumable-upload.entity.js';

/** The bytes of uploads that have all of them. */
@Injectable()
export class SealedBytes {
  constructor(
    private readonly growing: GrowingStorage,
    private readonly storage: ObjectStorage,
    private readonly blobs: UnfinishedBlobs,
  ) {}

  /** Makes one object of them, under the first key of the growth that `record` then records. It can be repeated. */
  unite<T>({ growth, ownerId }: ResumableUpload, record: (whole: Growth) => Promise<T>): Promise<T> {
    return this.blobs.withNewKeys(ownerId, async (newKey) =>
      record(await this.growing.finish(growth!, newKey)),
    );
  }

  /** Reads an object to compute its SHA-256, in hex: Node cannot keep the state of a digest between requests. */
  async digestOf(blobKey: string): Promise<string> {
    const hash = createHash('sha256');
    const { source } = await this.storage.open(blobKey);
    try {
      for (let piece = await source.next(); piece !== null; piece = await source.next()) {
        hash.update(piece.bytes);
        piece.giveBack();
      }
    } finally {
      await source.close();
    }
    return hash.digest('hex');
  }
}
