import { setTimeout as delay } from 'node:timers/promises';
import { errors } from '../../common/refusals/errors.js';

interface Line {
  length: number;
  tail: Promise<unknown>;
}

interface Signal {
  readonly woken: Promise<void>;
  readonly wake: () => void;
}

/**
 * Lines of callers who wait for room. Only the first of a line looks for room, so that many who wait do not
 * cost more than one. A line is bounded in length, and each caller in time.
 */
export class WaitingLines {
  readonly #lines = new Map<string, Line>();
  #signal = newSignal();

  constructor(
    private readonly maxLength: number,
    private readonly maxWaitMs: number,
    /** How long the first of a line waits before it looks again, unless it is woken. */
    private readonly lookAgainMs: number,
  ) {}

  /**
   * Calls `look` when all who came before to the line called `name` are gone, again and again until it returns
   * something.
   * @throws `busy` when the line is too long, or its time is over.
   */
  async wait<T>(name: string, look: () => Promise<T | null>): Promise<T> {
    const line = this.#lines.get(name) ?? { length: 0, tail: Promise.resolve() };
    if (line.length >= this.maxLength) throw errors.busy(1);
    this.#lines.set(name, line);
    const until = performance.now() + this.maxWaitMs;
    line.length++;
    // Those before came earlier, so their time is over earlier.
    const turn = line.tail.then(() => this.#first(look, until));
    line.tail = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      if (--line.length === 0) this.#lines.delete(name);
    }
  }

  /** Says that there may be room. */
  wake(): void {
    const { wake } = this.#signal;
    this.#signal = newSignal();
    wake();
  }

  async #first<T>(look: () => Promise<T | null>, until: number): Promise<T> {
    for (;;) {
      // Before the look, so that no room is missed that is made after it.
      const { woken } = this.#signal;
      const found = await look();
      if (found !== null) return found;
      const left = until - performance.now();
      if (left <= 0) throw errors.busy(1);
      await atMost(Math.min(this.lookAgainMs, left), woken);
    }
  }
}

function newSignal(): Signal {
  let wake = (): void => undefined;
  const woken = new Promise<void>((resolve) => (wake = resolve));
  return { woken, wake };
}

async function atMost(ms: number, done: Promise<void>): Promise<void> {
  const timer = new AbortController();
  const over = delay(ms, undefined, { signal: timer.signal }).catch(() => undefined);
  await Promise.race([done, over]);
  timer.abort();
}
