import { describe, expect, it } from '@jest/globals';
import { canonicalize } from './canonical-json.js';

describe('canonical JSON', () => {
  it('gives the example of RFC 8785, section 3.2.4', () => {
    const value: unknown = JSON.parse(String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`);
    expect(canonicalize(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('sorts by UTF-16 code units, as in section 3.2.3', () => {
    const keys = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
    const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33'];
    const text = canonicalize(Object.fromEntries(keys.map((key) => [key, 0])));
    expect(text).toBe(`{${sorted.map((key) => `${JSON.stringify(key)}:0`).join(',')}}`);
  });

  it('sorts at every depth, and sorts numeric keys as text', () => {
    const value = { b: [{ d: 1, c: null }], a: { 9: true, 10: false } };
    expect(canonicalize(value)).toBe('{"a":{"10":false,"9":true},"b":[{"c":null,"d":1}]}');
    expect(canonicalize({ a: { c: [1, 'x'] }, b: {} })).toBe('{"a":{"c":[1,"x"]},"b":{}}');
  });

  it.each([
    [0, '0'],
    [-0, '0'],
    [1e21, '1e+21'],
    [9007199254740992, '9007199254740992'],
    [5e-324, '5e-324'],
    [Object.create(null), '{}'],
  ])('writes %p', (value, text) => expect(canonicalize(value)).toBe(text));

  it.each([
    undefined,
    NaN,
    Infinity,
    1n,
    () => 1,
    Symbol('x'),
    '\ud800',
    new Date(),
    [undefined],
    { a: '\udc00' },
    { '\udc00': 0 },
    { '\udc00': { b: 0, a: 0 } },
    { b: 0, a: [{ c: NaN }] },
    Array(1),
    { toJSON: () => 1 },
  ])('refuses %p', (value) => expect(() => canonicalize(value)).toThrow(TypeError));
});
