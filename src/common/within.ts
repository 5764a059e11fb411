import { setTimeout as delay } from 'node:timers/promises';

/**
 * The outcome of `work`; when there is none within `ms` milliseconds, what `expired` returns or throws: an error when it is not given.
 * The work itself goes on, and what it comes to is no longer anybody's concern here.
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
