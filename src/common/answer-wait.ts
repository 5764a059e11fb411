import type { IncomingMessage } from 'node:http';
import { errors } from './refusals/errors.js';

/** The time that a client waits for its answer. `http/answer-deadline.ts` watches it. */
export class AnswerWait {
  #held = 0;
  #expired = false;

  /** True while work runs that has timeouts of its own. */
  get held(): boolean {
    return this.#held > 0;
  }

  /**
   * Excludes the time of `work` from the wait. A transfer that makes progress may take any time, and one that
   * stalls ends by itself.
   */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    this.#held++;
    try {
      return await work();
    } finally {
      this.#held--;
    }
  }

  expire(): void {
    this.#expired = true;
  }

  /** @throws `answer_timeout` when the client was already refused for waiting too long. */
  requireTime(): void {
    if (this.#expired) throw errors.answerTimeout();
  }
}

const WAIT = Symbol('answer wait');

interface Waiting extends IncomingMessage {
  [WAIT]?: AnswerWait;
}

/** The wait of `request`. The first call makes it. */
export function waitOf(request: IncomingMessage): AnswerWait {
  return ((request as Waiting)[WAIT] ??= new AnswerWait());
}
