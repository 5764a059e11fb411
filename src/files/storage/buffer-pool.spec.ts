import { describe, expect, it } from '@jest/globals';
import { BufferPool } from './buffer-pool.js';

describe('BufferPool', () => {
  it('lends again what was given back, and never what was abandoned', () => {
    const pool = new BufferPool(16, 4);
    const first = pool.borrow();
    first.giveBack();
    const second = pool.borrow();
    expect(second.buffer).toBe(first.buffer);
    second.abandon();
    expect(pool.borrow().buffer).not.toBe(first.buffer);
  });

  it('counts what is lent, and each end of a loan once', () => {
    const pool = new BufferPool(16, 4);
    const [a, b] = [pool.borrow(), pool.borrow()];
    expect(pool.lent).toBe(2);
    a.giveBack();
    a.giveBack();
    a.abandon();
    b.abandon();
    b.giveBack();
    expect(pool.lent).toBe(0);
    expect(new Set([pool.borrow().buffer, pool.borrow().buffer]).size).toBe(2);
  });

  it('keeps no more than it may', () => {
    const pool = new BufferPool(16, 1);
    const loans = [pool.borrow(), pool.borrow()];
    for (const loan of loans) loan.giveBack();
    expect(pool.borrow().buffer).toBe(loans[0]!.buffer);
    expect(pool.borrow().buffer).not.toBe(loans[1]!.buffer);
  });
});
