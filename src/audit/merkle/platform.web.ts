import { hashes, verify } from '@noble/ed25519';
import { sha256 as digest, sha512 } from '@noble/hashes/sha2.js';

/**
 * What verifying needs of the platform, in a browser. `crypto.subtle` does it too, but only where the page came by TLS, and
 * a call for each hash takes longer than the hash.
 */
export type Bytes = Uint8Array;

const SIGNATURE_BYTES = 64;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** The value of each character of base64, by its code; -1 for those that it does not have. */
const DIGITS = Int8Array.from({ length: 128 }, (_, code) => ALPHABET.indexOf(String.fromCharCode(code)));

hashes.sha512 = sha512;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function sha256(data: string | Uint8Array): Bytes {
  return digest(typeof data === 'string' ? toUtf8(data) : data);
}

/** SHA-256 in base64. */
export function sha256Base64(data: Uint8Array): string {
  return toBase64(digest(data));
}

/** True when this is the Ed25519 signature (RFC 8032) of the message. `publicKey` is its 32 bytes. */
export function isSignature(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  return signature.length === SIGNATURE_BYTES && verify(signature, message, publicKey, { zip215: false });
}

/** Copies the parts into one. */
export function concat(...parts: readonly Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  let index = 0;
  while (index < a.length && a[index] === b[index]) index++;
  return a.length === b.length && index === a.length;
}

/** UTF-8. A lone surrogate becomes U+FFFD. */
export function toUtf8(text: string): Bytes {
  return encoder.encode(text);
}

/** Null for bytes that are not UTF-8. */
export function fromUtf8(bytes: Bytes): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    // Not UTF-8: it throws for nothing else.
    return null;
  }
}

export function toHex(bytes: Bytes): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function toBase64(bytes: Bytes): string {
  return btoa(String.fromCharCode(...bytes));
}

/**
 * The bytes of standard base64 with padding. Null for any other spelling of the same bytes. A trail has a million of
 * hashes: `atob` and the comparison take ten times as long.
 */
export function decodeBase64(text: string): Bytes | null {
  if (text.length % 4 !== 0) return null;
  const digits = text.endsWith('=') ? text.length - (text.endsWith('==') ? 2 : 1) : text.length;
  const bytes = new Uint8Array(Math.floor((digits * 3) / 4));
  let [at, held, bits] = [0, 0, 0];
  for (let index = 0; index < digits; index++) {
    const digit = DIGITS[text.charCodeAt(index)] ?? -1;
    if (digit < 0) return null;
    held = (held << 6) | digit;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = held >> bits;
    held &= (1 << bits) - 1;
  }
  // Bits that belong to no byte must be 0.
  return held === 0 ? bytes : null;
}

/** The same memory as bytes. */
export function bytesOf(memory: ArrayBuffer): Bytes {
  return new Uint8Array(memory);
}
