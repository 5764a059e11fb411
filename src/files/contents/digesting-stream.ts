import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';

/** Passes bytes on unchanged. Counts them and computes their SHA-256. */
export class DigestingStream extends Transform {
  readonly #hash = createHash('sha256');
  #size = 0;

  /**
   * `admit` is called with the number of bytes before they pass. The bytes wait for its promise. They do not
   * pass when it rejects.
   */
  constructor(private readonly admit: (bytes: number) => Promise<void> | undefined) {
    super();
  }

  /** How many bytes have passed so far. */
  get size(): number {
    return this.#size;
  }

  /** The digest in lower-case hex. Call it once, after the end. */
  sha256(): string {
    return this.#hash.digest('hex');
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    this.#size += chunk.length;
    const admitted = this.admit(chunk.length);
    if (admitted === undefined) done(null, chunk);
    else
      admitted.then(
        () => done(null, chunk),
        (error: Error) => done(error),
      );
  }
}
