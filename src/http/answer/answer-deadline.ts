import type { Server } from 'node:http';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { waitOf } from '../../common/answer-wait.js';
import { errors } from '../../common/refusals/errors.js';

/** With one tick more, the client has an answer within 15 s. */
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

  /** @returns true when the client has waited too long. */
  tick(ms: number, silentMs: number): boolean {
    if (this.#isClientsTurn()) this.#silentMs = 0;
    else if (!waitOf(this.request).held) this.#silentMs += ms;
    return this.#silentMs > silentMs;
  }

  refuse(): void {
    waitOf(this.request).expire();
    this.next(errors.answerTimeout());
  }

  /**
   * True while the request body arrives or is awaited; the limits on bodies apply then. A body that the
   * service does not read is the service's delay.
   */
  #isClientsTurn(): boolean {
    const { complete, socket, readableFlowing } = this.request;
    if (complete) return false;
    const moved = socket.bytesRead > this.#bytesRead;
    this.#bytesRead = socket.bytesRead;
    return moved || readableFlowing === true;
  }
}

/**
 * Answers 503 `answer_timeout` after 15 s without progress, when the delay is not the client's: a database or
 * storage that does not answer, or many slow statements. A response that has begun is left alone.
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
