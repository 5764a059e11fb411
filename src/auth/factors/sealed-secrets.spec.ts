import { describe, expect, it } from '@jest/globals';
import { createSecretKey, randomBytes } from 'node:crypto';
import type { AppConfig } from '../../config/app-config.js';
import { MasterKeys } from '../../encryption/master-keys.js';
import { Unsealable } from '../../encryption/unsealable.js';
import { SealedSecrets } from './sealed-secrets.js';

const secretsUnder = (key: Buffer) =>
  new SealedSecrets({ auth: { factorKey: createSecretKey(key) } } as unknown as AppConfig, null);
const encrypted = (factorKey: Buffer | null, masterKey = randomBytes(32)) =>
  new SealedSecrets(
    { auth: { factorKey: factorKey && createSecretKey(factorKey) } } as unknown as AppConfig,
    MasterKeys.of([createSecretKey(masterKey)]),
  );

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

  it('uses the master key in place of FACTOR_KEY, which opens what it has sealed before', () => {
    const [factorKey, masterKey] = [randomBytes(32), randomBytes(32)];
    const before = secretsUnder(factorKey).seal(secret, 'a');
    const sealed = encrypted(null, masterKey).seal(secret, 'a');
    expect(encrypted(factorKey, masterKey).open(before, 'a')).toEqual(secret);
    expect(encrypted(factorKey, masterKey).open(sealed, 'a')).toEqual(secret);
    expect(() => encrypted(null, masterKey).open(before, 'a')).toThrow('unknown_key');
    expect(() => encrypted(null, masterKey).open(sealed, 'b')).toThrow('damaged');
    expect(() => encrypted(factorKey).open(sealed, 'a')).toThrow('unknown_key');
    expect(() => secretsUnder(factorKey).open(sealed, 'a')).toThrow();
  });

  it.each(['', 'v1.', 'v2.AAAA', 'plain'])('refuses the form %j', (text) => {
    expect(() => secrets.open(text, 'a')).toThrow(Unsealable);
  });
});
