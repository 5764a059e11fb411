import { describe, expect, it } from '@jest/globals';
import { TOTP } from 'otpauth';
import { Totp } from './totp.js';

/** RFC 6238, appendix B: the secret of the SHA-1 vectors, whose codes of eight digits end with these six. */
const SECRET = Buffer.from('12345678901234567890');
const VECTORS = [
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
] as const;

describe('Totp', () => {
  const totp = new Totp(SECRET, 'ada@example.org', 'files');

  it.each(VECTORS)('finds the step of the code at %d s', (seconds, code) => {
    expect(totp.stepOf(code, seconds * 1000)).toBe(Math.floor(seconds / 30));
  });

  it('accepts the step before and the step after, and no other', () => {
    const at = 1_111_111_111_000;
    const present = Math.floor(at / 30_000);
    const accepted = [-2, -1, 0, 1, 2].map((offset) => {
      const code = new TOTP({ secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' }).generate({
        timestamp: at + offset * 30_000,
      });
      return totp.stepOf(code, at);
    });
    expect(accepted).toEqual([null, present - 1, present, present + 1, null]);
  });

  it.each(['', '28708', '2870822', 'abcdef', ' 287082'])('refuses %j', (code) => {
    expect(totp.stepOf(code, 59_000)).toBeNull();
  });

  it('makes secrets of 160 bits and a URI that apps read', () => {
    const secret = Totp.newSecret();
    expect(secret).toHaveLength(20);
    const { uri } = new Totp(secret, 'ada@example.org', 'files');
    expect(uri).toMatch(
      /^otpauth:\/\/totp\/files:ada%40example\.org\?issuer=files&secret=[A-Z2-7]{32}&algorithm=SHA1&digits=6&period=30$/,
    );
  });
});
