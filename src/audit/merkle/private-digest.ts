import { hash } from 'node:crypto';
import { canonicalize } from './canonical-json.js';

export const SALT_BYTES = 16;

/**
 * SHA-256(salt ‖ canonical JSON of the values): what an entry says of the personal values that stand beside it.
 * Without the salt it tells nothing of them, so erasing both erases the person.
 */
export function privateDigest(salt: Uint8Array, values: unknown): Buffer {
  return hash('sha256', Buffer.concat([salt, Buffer.from(canonicalize(values))]), 'buffer');
}
