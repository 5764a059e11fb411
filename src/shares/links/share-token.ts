import { createHash, randomBytes } from 'node:crypto';

const BYTES = 32;
/** The form of a token. */
export const SHARE_TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** A new token of a link or of a grant: 32 random bytes in base64url. */
export function newShareToken(): string {
  return randomBytes(BYTES).toString('base64url');
}

/**
 * The token of the grant that a page of a link asks for: the same for each press on the same page. Both parts are random and
 * known to the page alone.
 */
export function grantTokenOf(linkToken: string, opening: string): string {
  return createHash('sha256').update(`${linkToken} ${opening}`).digest('base64url');
}

/** True when the text has the form of a token. The token need not exist. */
export function isWellFormedToken(text: string): boolean {
  return SHARE_TOKEN.test(text);
}

/** The stored form of a token: its SHA-256 in hex. The token is random, so no slow hash is needed. */
export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
