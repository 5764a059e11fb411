import { hash } from 'node:crypto';

export const SALT_BYTES = 16;

/**
 * SHA-256(salt ‖ values), the values as canonical JSON: what an entry says of the personal values that stand beside it.
 * Without the salt it tells nothing of them, so erasing both erases the person. In base64, as an entry carries it.
 */
export function privateDigest(salt: Uint8Array, values: string): string {
  return hash('sha256', Buffer.concat([salt, Buffer.from(values)]), 'base64');
}
