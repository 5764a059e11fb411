import { errors } from '../../common/errors.js';

interface Waiting {
  readonly start: () => void;
}

/**
 * Runs few expensive tasks at once, lets some wait, and refuses the rest at once.
 * What may wait is bounded by time, not by number: a task is refused when those before it would
 * keep it waiting longer than `maxWaitMs`, going by how long tasks have taken so far.
 */
export class BoundedQueue {
  readonly #waiting: Waiting[] = [];
  #running = 0;
  #averageMs: number;

  constructor(
    private readonly concurrency: number,
    private readonly maxWaitMs: number,
    /** What a task is assumed to take until one has been measured. */
    expectedMs: number,
  ) {
    this.#averageMs = expectedMs;
  }

  get depth(): number {
    return this.#waiting.length + this.#running;
  }

  /** @throws `busy` with Retry-After, at once, when the wait would be too long. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    await this.#admit();
    const begun = performance.now();
    try {
      return await task();
    } finally {
      this.#averageMs += (performance.now() - begun - this.#averageMs) / 8;
      this.#next();
    }
  }

  async #admit(): Promise<void> {
    if (this.#running < this.concurrency) {
      this.#running++;
      return;
    }
    const waitMs = ((this.#waiting.length + 1) * this.#averageMs) / this.concurrency;
    if (waitMs > this.maxWaitMs) throw errors.busy(waitMs / 1000);
    await new Promise<void>((start) => this.#waiting.push({ start }));
  }

  /** Hands the place to the next in line, or gives it up. */
  #next(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running--;
    else next.start();
  }
}
