import { isUtf8 } from 'node:buffer';
import { createPublicKey, hash, verify } from 'node:crypto';

/**
 * What verifying needs of the platform: this is Node's. A browser has `platform.web.ts` in its place, put there by
 * `vite.config.ts` and, for the types, by `web/tsconfig.json`. So code that a browser runs too calls no method of a
 * Buffer, only these functions.
 */
export type Bytes = Buffer;

/** The bytes before the 32 bytes of an Ed25519 public key in SubjectPublicKeyInfo (RFC 8410, section 4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * Computes the digest in one call, which is faster than a hash object. It returns a string first, because a
 * small Buffer made from a string comes from Node's pool, and a Buffer of its own is slow.
 */
export function sha256(data: string | Uint8Array): Bytes {
  return Buffer.from(hash('sha256', data, 'binary'), 'binary');
}

/** SHA-256 in base64. */
export function sha256Base64(data: Uint8Array): string {
  return hash('sha256', data, 'base64');
}

/** True when this is the Ed25519 signature (RFC 8032) of the message. `publicKey` is its 32 bytes. */
export function isSignature(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  const key = createPublicKey({
    key: Buffer.concat([SPKI_PREFIX, publicKey]),
    format: 'der',
    type: 'spki',
  });
  return verify(null, message, key, signature);
}

/** Copies the parts into one. */
export function concat(...parts: readonly Uint8Array[]): Bytes {
  return Buffer.concat(parts);
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** UTF-8. A lone surrogate becomes U+FFFD. */
export function toUtf8(text: string): Bytes {
  return Buffer.from(text);
}

/** Null for bytes that are not UTF-8. */
export function fromUtf8(bytes: Bytes): string | null {
  return isUtf8(bytes) ? bytes.toString() : null;
}

export function toHex(bytes: Bytes): string {
  return bytes.toString('hex');
}

export function toBase64(bytes: Bytes): string {
  return bytes.toString('base64');
}

/**
 * The bytes of standard base64 with padding (RFC 4648, section 4). Null for any other spelling of the same
 * bytes.
 */
export function decodeBase64(text: string): Bytes | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

/** The same memory as bytes. */
export function bytesOf(memory: ArrayBuffer): Bytes {
  return Buffer.from(memory);
}
