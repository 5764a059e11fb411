import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const PREFIX = 'rt_';
/** Random bytes: those that all tokens of a session share, and those of a single token. */
const FAMILY_BYTES = 12;
const OWN_BYTES = 20;
/** 12 bytes are a whole number of base64url characters. */
const FAMILY_CHARACTERS = PREFIX.length + (FAMILY_BYTES * 4) / 3;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const FORM = /^rt_[A-Za-z0-9_-]{43}$/;

/** True when the text has the form of a refresh token. The token need not exist. */
export function isWellFormedSecret(token: string): boolean {
  return FORM.test(token);
}

/** A new refresh token of a new family, with a recognisable prefix. */
export function newRefreshSecret(): string {
  return PREFIX + randomBytes(FAMILY_BYTES + OWN_BYTES).toString('base64url');
}

/** A new refresh token of the same family as `token`. */
export function newSuccessor(token: string): string {
  return token.slice(0, FAMILY_CHARACTERS) + randomBytes(OWN_BYTES).toString('base64url');
}

/** The stored form of a token's family: its SHA-256 in hex. */
export function hashOfFamily(token: string): string {
  return hashOfSecret(token.slice(0, FAMILY_CHARACTERS));
}

/** The stored form of a token: its SHA-256 in hex. The token is random, so no slow hash is needed. */
export function hashOfSecret(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/**
 * Encrypts the successor with a key that is derived from `token` (AES-256-GCM, HKDF). Only the holder of
 * `token` can decrypt it.
 */
export function seal(successor: string, token: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyOf(token), nonce);
  const sealed = Buffer.concat([cipher.update(successor, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
}

/**
 * Decrypts the successor that was sealed with `token`. @throws when the box was altered or belongs to another
 * token.
 */
export function unseal(box: string, token: string): string {
  const bytes = Buffer.from(box, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', keyOf(token), bytes.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
}

function keyOf(token: string): Buffer {
  return Buffer.from(hkdfSync('sha256', token, '', 'refresh token successor', 32));
}
