import { randomFillSync } from 'node:crypto';
import { SALT_BYTES } from '../merkle/private-digest.js';

const pool = Buffer.alloc(256 * SALT_BYTES);
let used = pool.length;

/** A random salt of its own for each entry. Many are drawn at once: one call a salt costs more than its use. */
export function freshSalt(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const salt = Buffer.from(pool.subarray(used, used + SALT_BYTES));
  pool.fill(0, used, used + SALT_BYTES);
  used += SALT_BYTES;
  return salt;
}
