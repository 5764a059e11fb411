import { describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiError } from '../../common/refusals/refusal.js';
import { BoundedQueue } from './bounded-queue.js';

describe('BoundedQueue', () => {
  it('runs few tasks in parallel, lets some wait in order, and refuses the others at once', async () => {
    const queue = new BoundedQueue(2, 300, 100);
    let running = 0;
    let most = 0;
    const order: number[] = [];
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        queue.run('one', async () => {
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
    // Two run, six wait 50 ms each on average, the seventh would wait longer than 300 ms.
    expect(refused).toHaveLength(12);
    const error = refused[0]!.reason as ApiError;
    expect([error.code, error.headers]).toEqual(['busy', { 'Retry-After': '1' }]);
    expect(queue.depth).toBe(0);
  });

  it('frees the slot when a task fails, and measures how long tasks take', async () => {
    const queue = new BoundedQueue(1, 100, 100_000);
    const first = queue.run('one', () => Promise.reject(new Error('failed')));
    await expect(queue.run('one', () => Promise.resolve())).rejects.toMatchObject({ code: 'busy' });
    await expect(first).rejects.toThrow('failed');
    for (let i = 0; i < 60; i++) await queue.run('one', () => Promise.resolve());
    await expect(
      Promise.all([1, 2, 3].map((n) => queue.run('one', () => Promise.resolve(n)))),
    ).resolves.toEqual([1, 2, 3]);
  });

  /**
   * The order in which tasks start, when these owners call in turn and no task ends before all have called.
   */
  async function orderOf(queue: BoundedQueue, owners: string): Promise<string> {
    let started = '';
    const outcomes = [...owners].map((owner) =>
      queue.run(owner, async () => {
        started += owner;
        await delay(1);
      }),
    );
    await Promise.allSettled(outcomes);
    return started;
  }

  it('serves owners in turns, and a new owner after the running tasks', async () => {
    expect(await orderOf(new BoundedQueue(1, 1000, 1), 'aaaaabcc')).toBe('abcacaaa');
    expect(await orderOf(new BoundedQueue(3, 1000, 1), 'aaaaaaab')).toBe('aaabaaaa');
    expect(await orderOf(new BoundedQueue(1, 1000, 1), 'abababab')).toBe('abababab');
  });

  it('makes a returning owner wait for one task of each other owner', async () => {
    const queue = new BoundedQueue(1, 1000, 1);
    const order: string[] = [];
    const run = (owner: string) =>
      queue.run(owner, async () => {
        order.push(owner);
        await delay(1);
      });
    const flood = Promise.all(Array.from({ length: 12 }, () => run('flood')));
    for (let i = 0; i < 3; i++) await run('honest');
    await flood;
    const places = order.flatMap((owner, index) => (owner === 'honest' ? [index] : []));
    expect(places[0]).toBe(1);
    expect(Math.max(...places.map((place, index) => place - (places[index - 1] ?? -1)))).toBeLessThan(4);
  });

  it('gives a new owner the last place of the owner with the most tasks', async () => {
    const queue = new BoundedQueue(1, 300, 100);
    const flood = Promise.allSettled(Array.from({ length: 4 }, () => queue.run('flood', () => delay(1))));
    // The queue is full: one runs, three wait.
    await expect(queue.run('flood', () => Promise.resolve())).rejects.toMatchObject({ code: 'busy' });
    expect(
      await Promise.all(['b', 'c'].map((owner) => queue.run(owner, () => Promise.resolve(owner)))),
    ).toEqual(['b', 'c']);
    expect((await flood).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(queue.depth).toBe(0);
  });

  it('refuses new owners too when the queue is full', async () => {
    const queue = new BoundedQueue(1, 300, 100);
    const owners = ['a', 'b', 'c', 'd', 'e'];
    const outcomes = await Promise.allSettled(owners.map((owner) => queue.run(owner, () => delay(1))));
    expect(outcomes.map(({ status }) => status)).toEqual([...Array<string>(4).fill('fulfilled'), 'rejected']);
  });
});
