import { describe, expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ReadsOfATurn } from './reads-of-a-turn.js';

describe('ReadsOfATurn', () => {
  it('reads all keys of a turn together, each once, and those of a later turn again', async () => {
    const loads: string[][] = [];
    const reads = new ReadsOfATurn<string>(async (keys) => {
      loads.push(keys);
      await nextTurn();
      return new Map(keys.map((key) => [key, key.toUpperCase()]));
    });
    const asked = ['a', 'b', 'a', 'c'].map((key) => reads.get(key));
    await nextTurn();
    // The read before has not ended.
    asked.push(reads.get('a'));
    expect(await Promise.all(asked)).toEqual(['A', 'B', 'A', 'C', 'A']);
    expect(loads).toEqual([['a', 'b', 'c'], ['a']]);
  });

  it('rejects every call of the turn when the read fails, and goes on in the next', async () => {
    let broken = true;
    const reads = new ReadsOfATurn<number>(() =>
      broken ? Promise.reject(new Error('broken')) : Promise.resolve(new Map([['a', 1]])),
    );
    const outcomes = await Promise.allSettled([reads.get('a'), reads.get('b'), reads.get('a')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    broken = false;
    expect(await reads.get('a')).toBe(1);
  });
});
