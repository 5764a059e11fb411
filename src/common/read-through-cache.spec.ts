import { beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { ReadThroughCache } from './read-through-cache.js';

describe('ReadThroughCache', () => {
  let reads: ((value: string | null) => void)[];
  let recent: ReadThroughCache<string | null>;
  beforeEach(() => {
    reads = [];
    recent = new ReadThroughCache(
      { max: 10, ttlMs: 10_000 },
      () => new Promise((resolve) => reads.push(resolve)),
    );
  });

  it('shares one read, and then answers at once, also for null', async () => {
    const both = [recent.get('a'), recent.get('a')];
    expect(reads).toHaveLength(1);
    reads[0]!(null);
    expect([await both[0], await both[1]]).toEqual([null, null]);
    expect(recent.get('a')).toBeNull();
  });

  it('answers the callers of a read that was forgotten meanwhile, and does not cache it', async () => {
    const waiting = recent.get('a');
    recent.forget('a');
    const later = recent.get('a');
    reads[0]!('old');
    reads[1]!('new');
    expect([await waiting, await later, recent.get('a')]).toEqual(['old', 'new', 'new']);
  });

  it('does not let a read overwrite a value that was set meanwhile', async () => {
    const waiting = recent.get('a');
    recent.set('a', 'set');
    reads[0]!('old');
    expect(await waiting).toBe('old');
    expect(recent.get('a')).toBe('set');
  });

  it('forgets matching values, and does not cache running reads', async () => {
    recent.set('a', 'x');
    recent.set('b', 'y');
    const waiting = recent.get('c');
    recent.forgetWhere((value) => value === 'x');
    reads[0]!('x');
    await waiting;
    expect(recent.get('b')).toBe('y');
    expect([recent.get('a'), recent.get('c')].every((value) => value instanceof Promise)).toBe(true);
  });

  it('counts the time from the start of the read', async () => {
    const slow = new ReadThroughCache<string>({ max: 1, ttlMs: 50 }, async () => {
      await delay(60);
      return 'old';
    });
    expect(await slow.get('a')).toBe('old');
    expect(slow.get('a')).toBeInstanceOf(Promise);
  });

  it('reads an expired value again', async () => {
    let over = false;
    const lasting = new ReadThroughCache<string>({ max: 1, ttlMs: 10_000, isOver: () => over }, () =>
      Promise.resolve('a'),
    );
    await lasting.get('a');
    expect(lasting.get('a')).toBe('a');
    over = true;
    expect(lasting.get('a')).toBeInstanceOf(Promise);
  });

  it('caches no failure', async () => {
    let fail = true;
    const failing = new ReadThroughCache<string>({ max: 1, ttlMs: 1000 }, () =>
      fail ? Promise.reject(new Error('down')) : Promise.resolve('up'),
    );
    await expect(failing.get('a')).rejects.toThrow('down');
    fail = false;
    expect(await failing.get('a')).toBe('up');
  });
});
