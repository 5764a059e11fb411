import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(4096);
let used = pool.length;

/**
 * Random octets, at most as many as the pool has, for what is made at every request. Many are drawn at once: a call to the
 * system costs more than what the octets are used for. The pool forgets what it has given out.
 */
export function randomOctets(length: number): Buffer {
  if (used + length > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const octets = Buffer.from(pool.subarray(used, used + length));
  pool.fill(0, used, used + length);
  used += length;
  return octets;
}
