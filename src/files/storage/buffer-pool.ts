/** A buffer on loan. The borrower calls `giveBack` or `abandon` once; a second call does nothing. */
export interface Loan {
  readonly buffer: Buffer;
  /**
   * Returns the buffer to the pool. It may be lent again at once, so the borrower must not read it any more.
   */
  readonly giveBack: () => void;
  /**
   * Keeps the buffer out of the pool, because something may still read it (a failed write). The garbage
   * collector frees it.
   */
  readonly abandon: () => void;
}

/**
 * Lends buffers of one size and keeps some of the returned ones for later loans. This saves the cost of new
 * memory for each download. More buffers can be on loan than the pool keeps.
 */
export class BufferPool {
  readonly #free: Buffer[] = [];
  #lent = 0;

  constructor(
    /** Of each buffer, in bytes. */
    readonly size: number,
    private readonly kept: number,
  ) {}

  /** How many buffers are on loan. */
  get lent(): number {
    return this.#lent;
  }

  borrow(): Loan {
    // Not a slice of Node's shared pool: one slice would keep that whole pool in memory.
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
