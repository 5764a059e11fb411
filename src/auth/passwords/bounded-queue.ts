import { errors } from '../../common/refusals/errors.js';

interface Waiting {
  readonly owner: string;
  readonly round: number;
  readonly start: () => void;
  readonly refuse: (reason: Error) => void;
}

/** The running and waiting tasks of one owner. */
interface Line {
  tasks: number;
  lastRound: number;
}

/**
 * Runs a few expensive tasks at the same time, lets some wait, and refuses the others at once.
 *
 * Owners take turns. A round has one task of each owner, and a new owner joins the current round. So a task
 * waits for the running tasks and for one task of each earlier owner, and not for a long queue of another
 * owner.
 *
 * The number of waiting tasks is limited by time: the last one is refused when its wait would be longer than
 * `maxWaitMs`, estimated from the measured duration of tasks.
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
    /** The estimated duration of a task before the first measurement, in milliseconds. */
    expectedMs: number,
  ) {
    this.#averageMs = expectedMs;
  }

  get depth(): number {
    return this.#waiting.length + this.#running;
  }

  /**
   * @throws `busy` with Retry-After when the wait would be too long. This can happen at once, or later when
   * tasks of other owners were put before this one.
   */
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

  /** Refuses the last task when its wait is too long. It belongs to the owner with the most tasks. */
  #refuseExcess(): void {
    const waitMs = (this.#waiting.length * this.#averageMs) / this.concurrency;
    if (waitMs <= this.maxWaitMs) return;
    const last = this.#waiting.pop()!;
    this.#lines.get(last.owner)!.lastRound = last.round - 1;
    this.#leave(last.owner);
    last.refuse(errors.busy(waitMs / 1000));
  }

  /** Starts the next task, or frees the slot. */
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
