import { ApiError } from './api-error.js';
import { ConnectionError } from './connection-error.js';

/** Milliseconds to wait after so many failures in a row. Null to give up. */
export type Backoff = (failures: number) => number | null;

/** Eight attempts: after half a second, then twice as long each time, at most 30 s. */
export const patient: Backoff = (failures) =>
  failures < 8 ? Math.min(30_000, 500 * 2 ** (failures - 1)) : null;

/** Refusals that another attempt can overcome: time-outs, another request's hold, limits, broken bytes, an overloaded service. */
const PASSING = new Set([408, 409, 423, 429, 460, 500, 502, 503, 504]);

/** The longest wait that a service can ask for. */
const MAX_ASKED_MS = 3_600_000;
/** A timer of more fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** True when the same request can succeed later. A request that was aborted is not tried again. */
function isPassing(error: unknown): boolean {
  if (error instanceof ApiError) return PASSING.has(error.status) && error.code !== 'too_many_uploads';
  return error instanceof ConnectionError;
}

/** Counts failures in a row, and waits between attempts. */
export class Retries {
  #failures = 0;

  constructor(
    private readonly backoff: Backoff,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** Something went on: the next failure counts as the first one. */
  progressed(): void {
    this.#failures = 0;
  }

  /**
   * Resolves when it is time for another attempt.
   * @throws `error`, when no attempt can help or there were enough.
   */
  async after(error: unknown): Promise<void> {
    const wait = isPassing(error) && !this.signal?.aborted ? this.backoff(++this.#failures) : null;
    if (wait === null) throw error;
    const asked = error instanceof ApiError ? (error.retryAfter ?? 0) * 1000 : 0;
    const ms = Math.max(wait, Math.min(asked, MAX_ASKED_MS));
    await pause(Math.min(ms, MAX_TIMER_MS), this.signal);
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
