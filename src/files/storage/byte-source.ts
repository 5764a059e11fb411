/**
 * A piece of an object. The reader owns its bytes until it calls `giveBack` or `abandon`; a second call does
 * nothing.
 */
export interface Chunk {
  /** Never empty. */
  readonly bytes: Buffer;
  /** The memory may be used for other bytes at once: the reader is finished. */
  readonly giveBack: () => void;
  /** The memory may still be read (a failed write), so it must not be used again. */
  readonly abandon: () => void;
}

/** The bytes of an object, or of a part of it, in order. The holder reads it to its end or closes it. */
export interface ByteSource {
  /**
   * The next piece. Null at the end, which closes the source. Call it again only after the last call has
   * settled.
   */
  next(): Promise<Chunk | null>;
  /**
   * Drops the rest and releases everything. It may be called several times, but not while `next` is running.
   */
  close(): Promise<void>;
}
