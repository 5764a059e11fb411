import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Registry } from 'prom-client';
import { ReadinessChecks } from '../../common/lifecycle/readiness-check.js';
import { WitnessOutage } from './witness-outage.js';
import { WitnessUnavailable } from './witness-store.js';

describe('WitnessOutage', () => {
  let told: string[];
  beforeEach(() => {
    jest.useFakeTimers();
    told = [];
    const tell = (_: unknown, words: string) => void told.push(words);
    Logger.overrideLogger({ log: (words: string) => void told.push(words), error: tell, warn: tell });
  });
  afterEach(() => {
    jest.useRealTimers();
    Logger.overrideLogger(false);
  });

  it('is told at once, every half minute while it lasts, and at its end', () => {
    const outage = new WitnessOutage(new Registry(), new ReadinessChecks());
    const failing = 'no newer checkpoint is published; trying again';
    const failFor = (seconds: number) => {
      for (let second = 0; second < seconds; second++) {
        outage.begin(new WitnessUnavailable(new Error('no answer')));
        jest.advanceTimersByTime(1000);
      }
    };
    failFor(30);
    expect(told).toEqual([failing]);
    failFor(61);
    expect(told).toEqual([failing, failing, failing, failing]);
    outage.end();
    outage.end();
    expect(told.slice(4)).toEqual(['the witness can be reached again']);
    failFor(1);
    expect(told.slice(5)).toEqual([failing]);
  });
});
