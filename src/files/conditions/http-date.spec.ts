import { describe, expect, it } from '@jest/globals';
import { parseHttpDate } from './http-date.js';

describe('parseHttpDate', () => {
  it.each([
    ['Sun, 06 Nov 1994 08:49:37 GMT', '1994-11-06T08:49:37Z'],
    ['Sunday, 06-Nov-94 08:49:37 GMT', '1994-11-06T08:49:37Z'],
    ['Sun Nov  6 08:49:37 1994', '1994-11-06T08:49:37Z'],
    ['Wed Nov 16 08:49:37 1994', '1994-11-16T08:49:37Z'],
    ['Thu, 29 Feb 2024 23:59:59 GMT', '2024-02-29T23:59:59Z'],
    ['Sat, 31 Dec 2016 23:59:60 GMT', '2017-01-01T00:00:00Z'],
    ['Thu, 01 Jan 0099 00:00:00 GMT', '0099-01-01T00:00:00Z'],
  ])('%s is %s', (text, time) => expect(parseHttpDate(text)).toBe(Date.parse(time)));

  it('takes two digits of a year for the past when they would be more than 50 years ahead', () => {
    const year = new Date().getUTCFullYear();
    const yearOf = (full: number) => {
      const digits = String(full % 100).padStart(2, '0');
      return new Date(parseHttpDate(`Monday, 01-Jul-${digits} 00:00:00 GMT`)!).getUTCFullYear();
    };
    expect([year - 49, year, year + 50].map(yearOf)).toEqual([year - 49, year, year + 50]);
    expect(yearOf(year + 51)).toBe(year - 49);
  });

  it.each([
    '9999',
    '0',
    '2026-11-24',
    '2026-11-24T19:22:49.892Z',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'Sun, 06 Nov 1994 08:49:37 GMT+1',
    'sun, 06 nov 1994 08:49:37 gmt',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 31 Feb 1994 08:49:37 GMT',
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:00 GMT',
    'Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT',
    '',
  ])('%j is none', (text) => expect(parseHttpDate(text)).toBeNull());
});
