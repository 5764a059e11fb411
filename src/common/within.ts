import { setTimeout as delay } from 'node:timers/promises';

/** The outcome of `work`, or an error when there is none within `ms` milliseconds; the work itself goes on. */
export async function within<T>(ms: number, work: Promise<T> | T): Promise<T> {
  const timeout = new AbortController();
  try {
    const expiry = delay(ms, undefined, { signal: timeout.signal }).then(() => {
      throw new Error(`no answer within ${ms} ms`);
    });
    expiry.catch(() => undefined);
    return await Promise.race([work, expiry]);
  } finally {
    timeout.abort();
  }
}
