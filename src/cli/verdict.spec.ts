import { describe, expect, it } from '@jest/globals';
import { faultLine } from './verdict.js';

describe('faultLine', () => {
  it.each([
    ['\u001b[2J', '\\u{001b}[2J'],
    ['a\nTAMPERED at seq 9: b', 'a\\u{000a}TAMPERED at seq 9: b'],
    ['\r\u0000\u007f', '\\u{000d}\\u{0000}\\u{007f}'],
    // CSI and OSC in one byte, which many terminals obey.
    ['\u009b31m\u009d0;title\u009c', '\\u{009b}31m\\u{009d}0;title\\u{009c}'],
    ['abc\u202etxt\u2066\u200b', 'abc\\u{202e}txt\\u{2066}\\u{200b}'],
    ['\u2028\ufeff', '\\u{2028}\\u{feff}'],
  ])('escapes what a terminal obeys in %j', (reason, words) => {
    expect(faultLine({ seq: 3, reason })).toBe(`TAMPERED at seq 3: ${words}`);
    expect(faultLine({ seq: null, reason })).toBe(`TAMPERED: ${words}`);
  });

  it('leaves other text as it is', () => {
    const reason = 'entry 4 of Zoë 😀 “x” is missing';
    expect(faultLine({ seq: 4, reason })).toBe(`TAMPERED at seq 4: ${reason}`);
  });
});
