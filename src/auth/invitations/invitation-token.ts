import { createHash, randomBytes } from 'node:crypto';

const BYTES = 32;

/** A new token: 32 random bytes in base64url. */
export function newInvitationToken(): string {
  return randomBytes(BYTES).toString('base64url');
}

/** The stored form of a token: its SHA-256 in hex. The token is random, so no slow hash is needed. */
export function hashOfInvitation(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
