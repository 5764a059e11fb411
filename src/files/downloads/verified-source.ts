import { createHash } from 'node:crypto';
import type { ByteSource, Chunk } from '../storage/byte-source.js';
import { StorageError } from '../storage/object-storage.js';

/**
 * Passes on the bytes of a whole object and compares them with its digest. It holds the last piece back until
 * the digest was compared, so that a reader never gets all bytes of a damaged object.
 * `next` throws a StorageError `damaged`.
 */
export class VerifiedSource implements ByteSource {
  readonly #hash = createHash('sha256');
  #held: Chunk | null = null;
  #begun = false;

  constructor(
    private readonly source: ByteSource,
    /** The expected SHA-256 of all bytes, in hex. */
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

  /** Reads the next piece and adds it to the digest. Null at the end, when the digest is right. */
  async #read(): Promise<Chunk | null> {
    const chunk = await this.source.next();
    if (chunk !== null) this.#hash.update(chunk.bytes);
    else if (this.#hash.digest('hex') !== this.sha256) throw damagedBytes();
    return chunk;
  }
}

function damagedBytes(): StorageError {
  return new StorageError('damaged', new Error('the stored bytes do not match their SHA-256'));
}
