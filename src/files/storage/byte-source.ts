/** A piece of an object. Its bytes are the reader's until one of the two is called; each does nothing after the other. */
export interface Chunk {
  /** Never empty. */
  readonly bytes: Buffer;
  /** The memory may be used for other bytes at once: nobody reads it any more. */
  readonly giveBack: () => void;
  /** Somebody may still read it, as with a write that has failed. */
  readonly abandon: () => void;
}

/** The bytes of an object, or of a part of it, in order. Whoever has it reads it to its end or closes it. */
export interface ByteSource {
  /** The next piece; null at the end, which closes the source. Not to be called again before it has settled. */
  next(): Promise<Chunk | null>;
  /** Lets go of what is left, and of everything it holds. May be called more than once, but not while `next` is running. */
  close(): Promise<void>;
}
