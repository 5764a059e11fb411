import { describe, expect, it } from '@jest/globals';
import { generateKeyPairSync, sign } from 'node:crypto';
import * as node from './platform.js';
import { noteVerifier } from './signing.js';
import * as web from './platform.web.js';

const TEXTS = ['', 'a', 'tëst \u{1f600}', '\ud800', 'x'.repeat(10_000)];
const BYTES = [[], [0], [255, 0, 128], Array.from({ length: 300 }, (_, index) => index % 256)].map((bytes) =>
  Buffer.from(bytes),
);

/** A Buffer and other bytes with the same values are equal here. */
const plain = (bytes: Uint8Array | null) => bytes && [...bytes];

describe('the platform of a browser', () => {
  it('hashes as Node does', () => {
    for (const data of [...TEXTS, ...BYTES])
      expect(plain(web.sha256(data))).toEqual(plain(node.sha256(data)));
    for (const data of BYTES) expect(web.sha256Base64(data)).toBe(node.sha256Base64(data));
  });

  it('writes and reads bytes as Node does', () => {
    for (const text of TEXTS) expect(plain(web.toUtf8(text))).toEqual(plain(node.toUtf8(text)));
    for (const bytes of BYTES) {
      expect(web.toBase64(bytes)).toBe(node.toBase64(bytes));
      expect(web.toHex(bytes)).toBe(node.toHex(bytes));
      expect(plain(web.concat(bytes, bytes, Buffer.of(7)))).toEqual(
        plain(node.concat(bytes, bytes, Buffer.of(7))),
      );
    }
    expect(plain(web.bytesOf(Uint8Array.of(1, 2).buffer))).toEqual([1, 2]);
  });

  it('reads the one spelling of base64 that Node reads', () => {
    const texts = BYTES.map(node.toBase64);
    const others = [
      'A',
      'AA',
      'AAA',
      'A===',
      '=',
      '====',
      'AA=A',
      'AB==',
      'AAB=',
      'AA==AA==',
      'A-_A',
      'A A=',
      'AAA\n',
      'AAAä',
    ];
    for (const text of [...texts, ...others]) {
      expect([text, plain(web.decodeBase64(text))]).toEqual([text, plain(node.decodeBase64(text))]);
      expect([text, node.decodeBase64(text) === null]).toEqual([text, !texts.includes(text)]);
    }
  });

  it('takes for UTF-8 what Node takes for it', () => {
    for (const bytes of [
      ...TEXTS.map(node.toUtf8),
      ...BYTES,
      Buffer.from('\ufeffa'),
      Buffer.of(0xed, 0xa0, 0x80),
    ])
      expect(web.fromUtf8(bytes)).toBe(node.fromUtf8(bytes));
    expect(web.fromUtf8(Buffer.of(0xc3))).toBeNull();
  });

  it('compares bytes', () => {
    for (const { equal } of [node, web]) {
      expect(equal(Buffer.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
      expect(equal(Buffer.of(1, 2), Buffer.of(1, 3))).toBe(false);
      expect(equal(Buffer.of(1, 2), Buffer.of(1, 2, 3))).toBe(false);
      expect(equal(Buffer.of(1, 2, 3), Buffer.of(1, 2))).toBe(false);
    }
  });

  it('takes a signature of Node, and no other', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const { publicKey } = noteVerifier('log.test', privateKey);
    const message = Buffer.from('a checkpoint');
    const signature = sign(null, message, privateKey);
    const changed = Buffer.from(signature);
    changed[10]! ^= 1;
    for (const { isSignature } of [node, web]) {
      expect(isSignature(signature, message, publicKey)).toBe(true);
      expect(isSignature(changed, message, publicKey)).toBe(false);
      expect(isSignature(signature, Buffer.from('another'), publicKey)).toBe(false);
      expect(isSignature(signature.subarray(1), message, publicKey)).toBe(false);
      expect(isSignature(signature, message, Buffer.alloc(32, 0xff))).toBe(false);
    }
  });
});
