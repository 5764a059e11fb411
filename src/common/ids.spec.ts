import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { earliestId, newId, parseId, UUID } from './ids.js';

describe('newId', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('makes UUIDs of version 7 that differ and sort in order of creation', () => {
    const ids = Array.from({ length: 10_000 }, newId);
    expect(ids.every((id) => UUID.test(id) && id[14] === '7' && /[89ab]/.test(id[19]!))).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
  });

  it('contains the time of creation', () => {
    const before = earliestId(Date.now());
    const id = newId();
    expect(id >= before).toBe(true);
    expect(id < earliestId(Date.now() + 1)).toBe(true);
  });

  it('still sorts when the clock is set back', () => {
    jest.useFakeTimers({ now: Date.now() + 60_000 });
    const early = newId();
    jest.setSystemTime(Date.now() - 30_000);
    expect(newId() > early).toBe(true);
  });

  it('shares no random part with the previous id', () => {
    const ends = Array.from({ length: 1000 }, () => newId().slice(24));
    expect(new Set(ends).size).toBe(ends.length);
  });
});

describe('parseId', () => {
  it('accepts a UUID in either case, and nothing else', () => {
    const id = newId();
    expect(parseId(id.toUpperCase())).toBe(id);
    expect(parseId(`${id} `)).toBeNull();
  });
});
