import { concat, sha256Base64, toUtf8 } from './platform.js';

export const SALT_BYTES = 16;

/**
 * SHA-256(salt ‖ values) in base64, with the values as canonical JSON. An entry contains it instead of its
 * personal values. Without the salt it reveals nothing about them, so deleting both erases the person.
 */
export function privateDigest(salt: Uint8Array, values: string): string {
  return sha256Base64(concat(salt, toUtf8(values)));
}
