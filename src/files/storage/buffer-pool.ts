/** Memory that is lent. One of the two is to be called in the end; each does nothing after the other. */
export interface Loan {
  readonly buffer: Buffer;
  /** Gives it back: it may be lent again at once, so nobody may read it any more. */
  readonly giveBack: () => void;
  /** Says that somebody may still read it, as with a write that has failed: it is left to the garbage collector. */
  readonly abandon: () => void;
}

/**
 * Lends buffers of one size, and keeps some of those given back for the next borrower: memory that is new to the process costs
 * a download more than reading the bytes. More may be lent at a time than are kept.
 */
export class BufferPool {
  readonly #free: Buffer[] = [];
  #lent = 0;

  constructor(
    /** Of each buffer, in bytes. */
    readonly size: number,
    private readonly kept: number,
  ) {}

  /** Buffers that somebody has now. */
  get lent(): number {
    return this.#lent;
  }

  borrow(): Loan {
    // Slow: not a slice of Node's own pool, which would be kept whole for as long as one slice of it lives.
    const buffer = this.#free.pop() ?? Buffer.allocUnsafeSlow(this.size);
    this.#lent++;
    let open = true;
    const end = (free: boolean) => {
      if (!open) return;
      open = false;
      this.#lent--;
      if (free && this.#free.length < this.kept) this.#free.push(buffer);
    };
    return { buffer, giveBack: () => end(true), abandon: () => end(false) };
  }
}
