import { describe, expect, it } from '@jest/globals';
import { normalizeMediaType } from './media-type.js';

describe('normalizeMediaType', () => {
  it.each([
    ['Text/Plain; charset=utf-8', 'text/plain'],
    ['image/svg+xml', 'image/svg+xml'],
    [`${'a'.repeat(64)}/${'b'.repeat(62)}`, `${'a'.repeat(64)}/${'b'.repeat(62)}`],
    [`${'a'.repeat(64)}/${'b'.repeat(63)}`, 'application/octet-stream'],
    ['nonsense', 'application/octet-stream'],
    ['', 'application/octet-stream'],
  ])('keeps %s as %s', (declared, kept) => expect(normalizeMediaType(declared)).toBe(kept));
});
