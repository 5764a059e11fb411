import type { Server } from 'node:http';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { waitOf } from '../../common/answer-wait.js';
import { errors } from '../../common/refusals/errors.js';

/** With the tick, an answer comes within 15 s. */
const SILENT_MS = 13_500;
const TICK_MS = 1000;

class PendingAnswer {
  #silentMs = 0;
  #bytesRead = 0;

  constructor(
    private readonly request: Request,
    readonly response: Response,
    private readonly next: NextFunction,
  ) {}

  /** @returns whether the client has now waited for too long. */
  tick(ms: number, silentMs: number): boolean {
    if (this.#isClientsTurn()) this.#silentMs = 0;
    else if (!waitOf(this.request).held) this.#silentMs += ms;
    return this.#silentMs > silentMs;
  }

  refuse(): void {
    waitOf(this.request).expire();
    this.next(errors.answerTimeout());
  }

  /** While a body arrives, or is waited for, the limits on bodies hold. A body that nobody reads waits for us. */
  #isClientsTurn(): boolean {
    const { complete, socket, readableFlowing } = this.request;
    if (complete) return false;
    const moved = socket.bytesRead > this.#bytesRead;
    this.#bytesRead = socket.bytesRead;
    return moved || readableFlowing === true;
  }
}

/**
 * Answers 503 `answer_timeout` when nothing has moved for 15 s and it is not the client who is waited for: a database or a
 * storage that stands still, or many statements that each take their time. The answer that has begun is left alone.
 */
export function answerDeadline(server: Server, silentMs = SILENT_MS, tickMs = TICK_MS): RequestHandler {
  const pending = new Set<PendingAnswer>();
  const timer = setInterval(() => {
    for (const answer of pending) {
      if (answer.response.headersSent) pending.delete(answer);
      else if (answer.tick(tickMs, silentMs)) {
        pending.delete(answer);
        answer.refuse();
      }
    }
  }, tickMs).unref();
  server.once('close', () => clearInterval(timer));
  return (request: Request, response: Response, next: NextFunction): void => {
    const answer = new PendingAnswer(request, response, next);
    pending.add(answer);
    response.once('close', () => pending.delete(answer));
    next();
  };
}
