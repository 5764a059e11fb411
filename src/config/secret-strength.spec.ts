import { describe, expect, it } from '@jest/globals';
import { randomBytes, randomInt } from 'node:crypto';
import { secretWeakness } from './secret-strength.js';

const RANDOM_SECRETS = 10_000;

describe('secretWeakness', () => {
  it.each([
    'change-this-in-production-use-env-var',
    'CHANGE_THIS_IN_PRODUCTION_USE_ENV_VAR_123',
    'change-me-change-me-change-me-please',
    'change_this_secret_before_deploying_to_production',
    'changeThisSecretKeyInProductionPlease',
    'your-256-bit-secret-your-256-bit-secret',
    'a-string-secret-at-least-256-bits-long',
    'your_jwt_secret_key_here_make_it_long_and_random',
    'my-super-secret-jwt-key-for-development-only',
    'MySuperSecretKeyForJwtToken1234567890',
    'thisisaverylongsecretkeyforjwttokens',
    'ThisIsASecretKeyForJWTAuthentication!',
    'super-secret-key-that-should-be-changed',
    'secret-key-that-is-at-least-32-characters-long',
    'this-is-a-dev-secret-do-not-use-in-prod',
    'django-insecure-change-this-secret-key-1',
    'keyboard cat keyboard cat keyboard cat',
    'passwordpasswordpasswordpasswordpassword',
    'correcthorsebatterystaplecorrecthorsebatterystaple',
    'qwertyuiopasdfghjklzxcvbnm1234567890',
    '1qaz2wsx3edc4rfv1qaz2wsx3edc4rfv1qaz2wsx',
    'abcdefghijklmnopqrstuvwxyz0123456789',
    '0123456789abcdef0123456789abcdef',
    '12345678901234567890123456789012',
    'zyxwvutsrqponmlkjihgfedcba9876543210',
    'ababababababababababababababababab',
    Buffer.from('this is my super secret jwt signing key').toString('base64'),
    Buffer.from('change-this-in-production-use-env-var').toString('hex'),
    '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7',
    '404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970',
  ])('finds %j weak, without quoting it', (secret) => {
    expect(secretWeakness(secret)).toEqual(expect.any(String));
    expect(secretWeakness(secret)).not.toContain(secret);
  });

  it('requires 32 bytes, not characters', () => {
    expect(secretWeakness('q8Zr4Vt1Xw7Ny3Bk6Lm9Ps2Df5Gh0Jc')).toContain('32 bytes');
    expect(secretWeakness('q8Zr4Vt1Xw7Ny3Bk6Lm9Ps2Df5Gh0Jä')).toBeNull();
  });

  it.each(['wagon umbrella quartz sermon violin nutmeg', 'prod-jwt-secret-Zk3hD8sl2KdV3kslQpwo47dkeDE8skD2'])(
    'accepts %j',
    (secret) => expect(secretWeakness(secret)).toBeNull(),
  );

  it.each(['base64', 'base64url', 'hex'] as const)('accepts random bytes as %s', (encoding) => {
    for (let turn = 0; turn < RANDOM_SECRETS; turn++) {
      const secret = randomBytes(randomInt(24, 97)).toString(encoding);
      expect([secret, secretWeakness(secret)]).toEqual([secret, null]);
    }
  });
});
