import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Housekeeping } from './housekeeping.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describe('Housekeeping', () => {
  let housekeeping: Housekeeping;
  let done: string[];
  beforeEach(() => {
    jest.useFakeTimers();
    done = [];
    housekeeping = new Housekeeping();
    housekeeping.register('first', () => Promise.resolve(void done.push('first')));
    housekeeping.onApplicationBootstrap();
  });
  afterEach(() => {
    housekeeping.onModuleDestroy();
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('runs its tasks a minute after the start, and then every hour', async () => {
    await jest.advanceTimersByTimeAsync(MINUTE_MS - 1);
    expect(done).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(done).toEqual(['first']);
    await jest.advanceTimersByTimeAsync(2 * HOUR_MS);
    expect(done).toEqual(['first', 'first', 'first']);
  });

  it('reports a failed task, and continues with the next', async () => {
    const reported = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const fault = new Error('no');
    housekeeping.register('failing', () => Promise.reject(fault));
    housekeeping.register('last', () => Promise.resolve(void done.push('last')));
    await jest.advanceTimersByTimeAsync(MINUTE_MS);
    expect(done).toEqual(['first', 'last']);
    expect(reported).toHaveBeenCalledWith({ err: fault, chore: 'failing' }, expect.any(String));
  });

  it('stops with the service', async () => {
    housekeeping.onModuleDestroy();
    await jest.advanceTimersByTimeAsync(2 * HOUR_MS);
    expect(done).toEqual([]);
  });
});
