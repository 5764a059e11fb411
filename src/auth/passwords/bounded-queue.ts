import { errors } from '../../common/refusals/errors.js';

interface Waiting {
  readonly owner: string;
  readonly round: number;
  readonly start: () => void;
  readonly refuse: (reason: Error) => void;
}

/** The tasks of one owner that run or wait. */
interface Line {
  tasks: number;
  lastRound: number;
}

/**
 * Runs few expensive tasks at once, lets some wait, and refuses the rest at once.
 *
 * Owners take turns: a round has one task of each, and a newcomer joins the round that is being served. So nobody waits
 * for what another has queued up, but for what is running and for one task of everybody who came before.
 *
 * What may wait is bounded by time, not by number: the last is refused when those before it would keep it waiting longer
 * than `maxWaitMs`, going by how long tasks have taken so far.
 */
export class BoundedQueue {
  /** Sorted by round, then by arrival. */
  readonly #waiting: Waiting[] = [];
  readonly #lines = new Map<string, Line>();
  /** The round of the task that was started last. */
  #round = 0;
  #running = 0;
  #averageMs: number;

  constructor(
    private readonly concurrency: number,
    private readonly maxWaitMs: number,
    /** The assumed duration of a task, until one has been measured. */
    expectedMs: number,
  ) {
    this.#averageMs = expectedMs;
  }

  get depth(): number {
    return this.#waiting.length + this.#running;
  }

  /** @throws `busy` with Retry-After when the wait would be too long: at once, or when others have come before. */
  async run<T>(owner: string, task: () => Promise<T>): Promise<T> {
    await this.#admit(owner);
    const begun = performance.now();
    try {
      return await task();
    } finally {
      this.#averageMs += (performance.now() - begun - this.#averageMs) / 8;
      this.#leave(owner);
      this.#next();
    }
  }

  async #admit(owner: string): Promise<void> {
    const round = this.#join(owner);
    if (this.#running < this.concurrency) {
      this.#running++;
      this.#round = round;
      return;
    }
    await new Promise<void>((start, refuse) => {
      const later = this.#waiting.findIndex((other) => other.round > round);
      const place = later === -1 ? this.#waiting.length : later;
      this.#waiting.splice(place, 0, { owner, round, start, refuse });
      this.#refuseExcess();
    });
  }

  /** The round of the owner's next task. */
  #join(owner: string): number {
    const line = this.#lines.get(owner) ?? { tasks: 0, lastRound: 0 };
    line.tasks++;
    line.lastRound = Math.max(line.lastRound + 1, this.#round);
    this.#lines.set(owner, line);
    return line.lastRound;
  }

  #leave(owner: string): void {
    const line = this.#lines.get(owner)!;
    if (--line.tasks === 0) this.#lines.delete(owner);
  }

  /** Refuses the last in line when the wait is too long. It is a task of the owner who has the most of them. */
  #refuseExcess(): void {
    const waitMs = (this.#waiting.length * this.#averageMs) / this.concurrency;
    if (waitMs <= this.maxWaitMs) return;
    const last = this.#waiting.pop()!;
    this.#lines.get(last.owner)!.lastRound = last.round - 1;
    this.#leave(last.owner);
    last.refuse(errors.busy(waitMs / 1000));
  }

  /** Hands the place to the next in line, or gives it up. */
  #next(): void {
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#running--;
      return;
    }
    this.#round = next.round;
    next.start();
  }
}
