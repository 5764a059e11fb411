import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ApiError } from '../../clients/typescript/src/main.js';
import { Retries } from '../../clients/typescript/src/retries.js';

const HOUR_MS = 3_600_000;

describe('the waits of the TypeScript client', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  /** The milliseconds until another attempt, after an answer that asks for a wait. */
  async function waited(retryAfter: string, backoffMs: number): Promise<number> {
    const from = Date.now();
    const busy = new ApiError(
      new Response(null, { status: 503, headers: { 'retry-after': retryAfter } }),
      null,
    );
    const next = new Retries(() => backoffMs, undefined).after(busy);
    jest.runAllTimers();
    await next;
    return Date.now() - from;
  }

  it.each([
    ['the time that the service asks for', '7', 500, 7000],
    ['its own time when that is longer', '0', 500, 500],
    ['one hour at most for the service', '3000000', 500, HOUR_MS],
    ['no longer than a timer can', '0', 2 ** 31, 2 ** 31 - 1],
  ])('are %s', async (_, asked, own, ms) => expect(await waited(asked, own)).toBe(ms));
});
