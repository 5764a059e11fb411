import { describe, expect, it } from '@jest/globals';
import { createSecretKey, randomBytes } from 'node:crypto';
import { MasterKeys } from './master-keys.js';

const newKey = () => createSecretKey(randomBytes(32));

describe('MasterKeys', () => {
  const [old, current] = [newKey(), newKey()];
  const of = (...keys: [typeof old, ...(typeof old)[]]) => MasterKeys.of(keys)!;
  const plain = Buffer.from('a secret');
  const sealedUnder = (key: typeof old) => of(key).sealer('installation').seal(plain, 'here');

  it('is null without a key', () => expect(MasterKeys.of(null)).toBeNull());

  it('opens what was sealed for the same place and purpose, and differs each time', () => {
    const sealer = of(current).sealer('installation');
    const [one, other] = [sealer.seal(plain, 'here'), sealer.seal(plain, 'here')];
    expect(one).not.toBe(other);
    expect([sealer.open(one, 'here'), sealer.open(other, 'here')]).toEqual([plain, plain]);
    expect(sealer.open(sealer.seal(Buffer.alloc(0), ''), '')).toHaveLength(0);
  });

  it('refuses it in another place, and for another purpose', () => {
    const text = sealedUnder(current);
    expect(() => of(current).sealer('installation').open(text, 'there')).toThrow('damaged');
    expect(() => of(current).sealer('content key').open(text, 'here')).toThrow('damaged');
  });

  it('seals with the first key, and opens with all', () => {
    const rotated = of(current, old).sealer('installation');
    expect(rotated.open(sealedUnder(old), 'here')).toEqual(plain);
    expect(of(current).sealer('installation').open(rotated.seal(plain, 'here'), 'here')).toEqual(plain);
    const foreign = () => of(current).sealer('installation').open(sealedUnder(old), 'here');
    expect(foreign).toThrow(expect.objectContaining({ reason: 'unknown_key', keyId: expect.any(String) }));
  });

  it('finds each changed character', () => {
    const text = sealedUnder(current);
    const sealer = of(current).sealer('installation');
    for (let at = 0; at < text.length - 1; at++) {
      const changed = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
      expect(() => sealer.open(changed, 'here')).toThrow('cannot be opened');
    }
    for (const text of ['', 'v1.', 'v2.0123abcd.AAAA', `v1.0123abcd.${'A'.repeat(37)}`])
      expect(() => sealer.open(text, 'here')).toThrow('damaged');
  });

  it('shows no key when it is printed', () => {
    const bytes = randomBytes(32);
    const keys = of(createSecretKey(bytes));
    keys.sealer('installation');
    expect(JSON.stringify([keys, keys.sealer('installation')])).not.toContain(
      bytes.toString('hex').slice(0, 8),
    );
  });
});
