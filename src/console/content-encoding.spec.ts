import { describe, expect, it } from '@jest/globals';
import { preferredCoding } from './content-encoding.js';

describe('preferredCoding', () => {
  it.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip;q=1.0, br;q=0.1', 'br'],
    ['br;q=0, gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['*', 'br'],
    ['*;q=0.5, br;q=0', 'gzip'],
    ['identity', null],
    ['*;q=0', null],
    ['deflate', null],
    ['', null],
    [undefined, null],
  ])('of %j is %j', (header, coding) => {
    expect(preferredCoding(header)).toBe(coding);
  });
});
