import { describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiError } from '../../common/errors.js';
import { BoundedQueue } from './bounded-queue.js';

describe('BoundedQueue', () => {
  it('runs few at once, lets some wait in order, and refuses the rest at once', async () => {
    const queue = new BoundedQueue(2, 300, 100);
    let running = 0;
    let most = 0;
    const order: number[] = [];
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        queue.run(async () => {
          most = Math.max(most, ++running);
          order.push(index);
          await delay(5);
          running--;
        }),
      ),
    );
    const refused = outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(most).toBe(2);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    // Two run; six wait 50 ms each on average; the seventh would wait longer than 300 ms.
    expect(refused).toHaveLength(12);
    const error = refused[0]!.reason as ApiError;
    expect([error.code, error.headers]).toEqual(['busy', { 'Retry-After': '1' }]);
    expect(queue.depth).toBe(0);
  });

  it('gives the place back when a task fails, and learns how long tasks take', async () => {
    const queue = new BoundedQueue(1, 100, 100_000);
    const first = queue.run(() => Promise.reject(new Error('failed')));
    await expect(queue.run(() => Promise.resolve())).rejects.toMatchObject({ code: 'busy' });
    await expect(first).rejects.toThrow('failed');
    for (let i = 0; i < 60; i++) await queue.run(() => Promise.resolve());
    await expect(Promise.all([1, 2, 3].map((n) => queue.run(() => Promise.resolve(n))))).resolves.toEqual([
      1, 2, 3,
    ]);
  });
});
