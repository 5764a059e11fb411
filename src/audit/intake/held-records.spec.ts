import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Registry } from 'prom-client';
import { ReadinessChecks } from '../../common/lifecycle/readiness-check.js';
import { HeldRecords } from './held-records.js';

describe('HeldRecords', () => {
  afterEach(() => void jest.restoreAllMocks());

  it('lets a record be tried again after a minute, and logs at most one line a minute', () => {
    const clock = jest.spyOn(performance, 'now').mockReturnValue(0);
    const lines = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    const held = new HeldRecords(new Registry(), new ReadinessChecks());
    held.hold('a', new Error('damaged'));
    held.hold('b', new Error('damaged'));
    expect(held.ids()).toEqual(['a', 'b']);
    clock.mockReturnValue(60_000);
    expect(held.ids()).toEqual([]);
    expect(lines).toHaveBeenCalledTimes(1);
    held.hold('a', new Error('damaged'));
    expect(held.ids()).toEqual(['a']);
    expect(lines).toHaveBeenCalledTimes(2);
  });
});
