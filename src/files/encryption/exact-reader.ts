import { StorageError } from '../storage/object-storage.js';
import type { ByteSource, Chunk } from '../storage/byte-source.js';

/** Reads given numbers of bytes out of a source, whatever pieces it yields. */
export class ExactReader {
  #piece: Chunk | null = null;
  /** Bytes of the piece that were taken. */
  #at = 0;
  readonly #joined: Buffer;

  /** Takes at most `most` bytes at a time. */
  constructor(
    private readonly source: ByteSource,
    most: number,
  ) {
    this.#joined = Buffer.allocUnsafe(most);
  }

  /** @returns the next bytes. They are good until the next call. @throws {StorageError} `damaged` when the source ends before. */
  async take(length: number): Promise<Buffer> {
    const piece = await this.#current();
    if (piece.bytes.length - this.#at >= length) return this.#advance(piece, length);
    let filled = 0;
    while (filled < length) {
      const next = await this.#current();
      const part = this.#advance(next, Math.min(length - filled, next.bytes.length - this.#at));
      filled += part.copy(this.#joined, filled);
    }
    return this.#joined.subarray(0, length);
  }

  async skip(length: number): Promise<void> {
    for (let left = length; left > 0;) left -= (await this.take(Math.min(left, this.#joined.length))).length;
  }

  /** Reads to the end of the source, which closes it. @throws {StorageError} `damaged` when there are more bytes. */
  async end(): Promise<void> {
    const isUsed = this.#piece === null || this.#at === this.#piece.bytes.length;
    this.#release();
    if (!isUsed || (this.#piece = await this.source.next()) !== null)
      throw new StorageError('damaged', new Error('there are more stored bytes than were recorded'));
  }

  async close(): Promise<void> {
    this.#release();
    await this.source.close();
  }

  /** The piece with the next byte. */
  async #current(): Promise<Chunk> {
    if (this.#piece !== null && this.#at < this.#piece.bytes.length) return this.#piece;
    this.#release();
    this.#piece = await this.source.next();
    if (this.#piece === null)
      throw new StorageError('damaged', new Error('there are fewer stored bytes than were recorded'));
    return this.#piece;
  }

  #advance({ bytes }: Chunk, length: number): Buffer {
    this.#at += length;
    return bytes.subarray(this.#at - length, this.#at);
  }

  #release(): void {
    this.#piece?.giveBack();
    this.#piece = null;
    this.#at = 0;
  }
}
