import type { IncomingMessage } from 'node:http';
import { errors } from './refusals/errors.js';

/** A client's wait for its answer, which `http/answer-deadline.ts` watches. */
export class AnswerWait {
  #held = 0;
  #expired = false;

  /** Whether a part is at work that watches over its own silence. */
  get held(): boolean {
    return this.#held > 0;
  }

  /** Does not count the time of `work`: a transfer that moves may take as long as it needs, and ends by itself when it does not. */
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

  /** @throws `answer_timeout` when the client has been told already that there is no answer. */
  requireTime(): void {
    if (this.#expired) throw errors.answerTimeout();
  }
}

const WAIT = Symbol('answer wait');

interface Waiting extends IncomingMessage {
  [WAIT]?: AnswerWait;
}

/** The wait of `request`, from the first call on. */
export function waitOf(request: IncomingMessage): AnswerWait {
  return ((request as Waiting)[WAIT] ??= new AnswerWait());
}
