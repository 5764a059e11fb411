import { describe, expect, it } from '@jest/globals';
import { sizeOf } from './share-page.js';

describe('sizeOf', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1 KB'],
    [48_123, '48.1 KB'],
    [999_949, '999.9 KB'],
    [999_950, '1 MB'],
    [52_428_800, '52.4 MB'],
    [5_368_709_120, '5.4 GB'],
    [4_000_000_000_000_000, '4,000 TB'],
  ])('of %i is %s', (bytes, text) => expect(sizeOf(bytes)).toBe(text));
});
