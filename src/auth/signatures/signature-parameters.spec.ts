import { describe, expect, it } from '@jest/globals';
import { Token } from 'structured-headers';
import { judgeParameters } from './signature-parameters.js';

const NOW = 1_764_000_000;
const NONCE = '0123456789abcdef';
const RIGHT = { created: NOW, keyid: 'k', nonce: NONCE };

const judge = (parameters: object, at = NOW * 1000) =>
  judgeParameters(new Map(Object.entries(parameters) as [string, string][]), at);

describe('the parameters of a signature', () => {
  it.each<[string, object]>([
    ['alone', {}],
    ['with the algorithm', { alg: 'ed25519' }],
    ['with a tag', { tag: 'anything' }],
    ['with an end in the future', { expires: NOW + 1 }],
    ['300 s ago', { created: NOW - 300 }],
    ['300 s ahead', { created: NOW + 300 }],
    ['with the longest nonce', { nonce: 'n'.repeat(64) }],
  ])('are accepted %s', (_, more) => {
    const right = { ...RIGHT, ...more };
    expect(judge(right)).toEqual({ keyId: 'k', nonce: right.nonce });
  });

  it.each<[string, object]>([
    ['no time', { created: undefined }],
    ['a time 301 s ago', { created: NOW - 301 }],
    ['a time 301 s ahead', { created: NOW + 301 }],
    ['a time that is a text', { created: String(NOW) }],
    ['a time that is a fraction', { created: NOW + 0.5 }],
    ['a time that is true', { created: true }],
    ['an end that is now', { expires: NOW }],
    ['an end that is a text', { expires: String(NOW + 9) }],
    ['another algorithm', { alg: 'hmac-sha256' }],
    ['an algorithm that is a token', { alg: new Token('ed25519') }],
    ['no key', { keyid: undefined }],
    ['a key that is a number', { keyid: 1 }],
    ['no nonce', { nonce: undefined }],
    ['a short nonce', { nonce: 'n'.repeat(15) }],
    ['a long nonce', { nonce: 'n'.repeat(65) }],
    ['an unknown parameter', { other: 1 }],
  ])('are refused with %s', (_, change) => {
    const changed = Object.entries({ ...RIGHT, ...change }).filter(([, value]) => value !== undefined);
    expect(judge(Object.fromEntries(changed))).toBeNull();
  });
});
