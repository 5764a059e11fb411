import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits for `work`, but at most `ms` milliseconds. Then it returns or throws what `expired` returns or
 * throws; without `expired` it throws an error. `work` continues, and its result is ignored.
 */
export async function within<T, E = never>(
  ms: number,
  work: Promise<T> | T,
  expired: () => E = () => {
    throw new Error(`no answer within ${ms} ms`);
  },
): Promise<T | E> {
  const timeout = new AbortController();
  try {
    const expiry = delay(ms, undefined, { signal: timeout.signal }).then(expired);
    expiry.catch(() => undefined);
    return await Promise.race([work, expiry]);
  } finally {
    timeout.abort();
  }
}
