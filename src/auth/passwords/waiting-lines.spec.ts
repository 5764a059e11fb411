import { describe, expect, it } from '@jest/globals';
import { WaitingLines } from './waiting-lines.js';

const SOON_MS = 30;
const NEVER_MS = 60_000;

describe('WaitingLines', () => {
  it('lets one of a line look at a time, in the order in which they came', async () => {
    const lines = new WaitingLines(10, NEVER_MS, NEVER_MS);
    const looks: number[] = [];
    let room = false;
    const served = [1, 2, 3].map((caller) =>
      lines.wait('a', async () => {
        looks.push(caller);
        await Promise.resolve();
        return room ? caller : null;
      }),
    );
    expect(await lines.wait('b', () => Promise.resolve('another line'))).toBe('another line');
    expect(looks).toEqual([1]);
    room = true;
    lines.wake();
    expect(await Promise.all(served)).toEqual([1, 2, 3]);
    expect(looks).toEqual([1, 1, 2, 3]);
  });

  it('notices room that is made while somebody looks', async () => {
    const lines = new WaitingLines(10, NEVER_MS, NEVER_MS);
    let looks = 0;
    const look = async () => {
      looks++;
      if (looks === 1) lines.wake();
      await Promise.resolve();
      return looks === 1 ? null : 'room';
    };
    expect(await lines.wait('a', look)).toBe('room');
  });

  it('looks again by itself, for room that another process makes', async () => {
    const lines = new WaitingLines(10, NEVER_MS, SOON_MS);
    let looks = 0;
    expect(await lines.wait('a', () => Promise.resolve(++looks < 3 ? null : 'room'))).toBe('room');
  });

  it('says busy when the time is over, to all who came at that time, and to who comes when the line is full', async () => {
    const lines = new WaitingLines(2, SOON_MS, NEVER_MS);
    const full = () => Promise.resolve(null);
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => lines.wait('a', full)));
    expect(outcomes).toEqual(
      Array(3).fill({ status: 'rejected', reason: expect.objectContaining({ code: 'busy' }) }),
    );
    expect(await lines.wait('a', () => Promise.resolve('room'))).toBe('room');
  });

  it('passes on what the look rejects with, and goes on with the next', async () => {
    const lines = new WaitingLines(2, NEVER_MS, NEVER_MS);
    const refused = lines.wait('a', () => Promise.reject(new Error('refused')));
    const next = lines.wait('a', () => Promise.resolve('room'));
    await expect(refused).rejects.toThrow('refused');
    expect(await next).toBe('room');
  });
});
