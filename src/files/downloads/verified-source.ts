import { createHash } from 'node:crypto';
import type { ByteSource, Chunk } from '../storage/byte-source.js';

/**
 * Passes the bytes of a whole object on, but holds the last piece back until all are known to be those that were stored:
 * damaged bytes break off, so that nobody takes them for the object. @throws DamagedBytesError from `next`.
 */
export class VerifiedSource implements ByteSource {
  readonly #hash = createHash('sha256');
  #held: Chunk | null = null;
  #begun = false;

  constructor(
    private readonly source: ByteSource,
    /** What the SHA-256 of all of it has to be, in hex. */
    private readonly sha256: string,
  ) {}

  async next(): Promise<Chunk | null> {
    if (!this.#begun) {
      this.#begun = true;
      this.#held = await this.#read();
    }
    const held = this.#held;
    if (held !== null) this.#held = await this.#read();
    return held;
  }

  async close(): Promise<void> {
    this.#held?.giveBack();
    this.#held = null;
    await this.source.close();
  }

  /** The next piece, taken into the digest; null at an end that is the right one. */
  async #read(): Promise<Chunk | null> {
    const chunk = await this.source.next();
    if (chunk !== null) this.#hash.update(chunk.bytes);
    else if (this.#hash.digest('hex') !== this.sha256) throw new DamagedBytesError();
    return chunk;
  }
}

/** The bytes read are not the bytes that were stored. */
export class DamagedBytesError extends Error {
  constructor() {
    super('the stored bytes do not match their SHA-256');
    this.name = 'DamagedBytesError';
  }
}
