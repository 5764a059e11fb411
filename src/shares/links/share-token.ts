import { createHash, randomBytes } from 'node:crypto';

const BYTES = 32;
const FORM = /^[A-Za-z0-9_-]{43}$/;

/** A new token of a link or of a grant: 32 random bytes in base64url. */
export function newShareToken(): string {
  return randomBytes(BYTES).toString('base64url');
}

/** True when the text has the form of a token. The token need not exist. */
export function isWellFormedToken(text: string): boolean {
  return FORM.test(text);
}

/** The stored form of a token: its SHA-256 in hex. The token is random, so no slow hash is needed. */
export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
