import { Transform, type TransformCallback } from 'node:stream';
import type { ChunkSealer } from '../../encryption/chunked/chunk-sealer.js';

/** Encrypts what passes. */
export class SealingStream extends Transform {
  /** @param ended is called with the number of plain bytes after the last one. */
  constructor(
    private readonly sealer: ChunkSealer,
    private readonly ended: (plain: number) => void,
  ) {
    super();
  }

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    done(null, this.sealer.push(bytes));
  }

  override _flush(done: TransformCallback): void {
    this.ended(this.sealer.size);
    done(null, this.sealer.end());
  }
}
