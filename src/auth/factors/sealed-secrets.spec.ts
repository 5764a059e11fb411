import { describe, expect, it } from '@jest/globals';
import { createSecretKey, randomBytes } from 'node:crypto';
import type { AppConfig } from '../../config/app-config.js';
import { SealedSecrets } from './sealed-secrets.js';

const secretsUnder = (key: Buffer) =>
  new SealedSecrets({ auth: { factorKey: createSecretKey(key) } } as unknown as AppConfig);

describe('SealedSecrets', () => {
  const secrets = secretsUnder(randomBytes(32));
  const secret = randomBytes(20);

  it('opens what it has sealed, and seals the same secret differently each time', () => {
    const sealed = [secrets.seal(secret, 'a'), secrets.seal(secret, 'a')];
    for (const each of sealed) expect(secrets.open(each, 'a')).toEqual(secret);
    expect(sealed[0]).not.toBe(sealed[1]);
  });

  it('opens nothing of another row, of another key, or that was changed', () => {
    const sealed = secrets.seal(secret, 'a');
    expect(() => secrets.open(sealed, 'b')).toThrow();
    expect(() => secretsUnder(randomBytes(32)).open(sealed, 'a')).toThrow();
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      expect(() => secrets.open(`v1.${changed.toString('base64url')}`, 'a')).toThrow();
    }
  });

  it.each(['', 'v1.', 'v2.AAAA', 'plain'])('refuses the form %j', (text) => {
    expect(() => secrets.open(text, 'a')).toThrow();
  });
});
