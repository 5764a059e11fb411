import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const PREFIX = 'rt_';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A new refresh token: 32 random bytes, recognisable by its prefix. */
export function newRefreshSecret(): string {
  return PREFIX + randomBytes(32).toString('base64url');
}

/** What is stored of a token: its SHA-256 in hex. It is random, so that no slow hash is needed. */
export function hashOfSecret(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Encrypts the successor with a key that only the holder of `token` can derive (AES-256-GCM, HKDF). */
export function seal(successor: string, token: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyOf(token), nonce);
  const sealed = Buffer.concat([cipher.update(successor, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
}

/** The successor that was sealed with `token`. @throws when the box was altered or belongs to another token. */
export function unseal(box: string, token: string): string {
  const bytes = Buffer.from(box, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', keyOf(token), bytes.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
}

function keyOf(token: string): Buffer {
  return Buffer.from(hkdfSync('sha256', token, '', 'refresh token successor', 32));
}
