import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';

/** Passes bytes on unchanged, counting them and computing their SHA-256. */
export class DigestingStream extends Transform {
  readonly #hash = createHash('sha256');
  #size = 0;

  /** `admit` is told of bytes before they pass; they wait for what it returns, and do not pass when that rejects. */
  constructor(private readonly admit: (bytes: number) => Promise<void> | undefined) {
    super();
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  /** The digest in lower-case hex; once, after the end. */
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

/**
 * Passes bytes on but holds the last chunk back until all of them are known to be the expected ones.
 * Damaged bytes break the stream, so that a client never takes them for the whole file.
 */
export class VerifyingStream extends Transform {
  readonly #hash = createHash('sha256');
  #held: Buffer | null = null;

  constructor(private readonly sha256: string) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    if (this.#held !== null) this.push(this.#held);
    this.#held = chunk;
    done();
  }

  override _flush(done: TransformCallback): void {
    if (this.#hash.digest('hex') !== this.sha256) return done(new DamagedBytesError());
    done(null, this.#held);
  }
}

/** The bytes read are not the bytes that were stored. */
export class DamagedBytesError extends Error {
  constructor() {
    super('the stored bytes do not match their SHA-256');
    this.name = 'DamagedBytesError';
  }
}
