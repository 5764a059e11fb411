import { hash } from 'node:crypto';

export const HASH_BYTES = 32;

/** The root of a tree without leaves: the hash of the empty string (RFC 6962, section 2.1). */
export const EMPTY_ROOT: Buffer = sha256('');

/** SHA-256(0x00 ‖ entry) (RFC 6962, section 2.1). */
export function leafHash(entry: string | Uint8Array): Buffer {
  if (typeof entry === 'string') return sha256(`\0${entry}`);
  return sha256(Buffer.concat([Buffer.of(0x00), entry]));
}

const node = Buffer.alloc(1 + 2 * HASH_BYTES, 0x01);

/** SHA-256(0x01 ‖ left ‖ right) (RFC 6962, section 2.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return sha256(node);
}

/**
 * Joins the roots of neighbouring subtrees from left to right. Each is larger than all that follow it
 * together.
 */
export function joinSubtrees(roots: readonly Uint8Array[]): Buffer {
  const last = roots.at(-1);
  if (last === undefined) return EMPTY_ROOT;
  return Buffer.from(roots.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last));
}

/**
 * Computes the digest in one call, which is faster than a hash object. It returns a string first, because a
 * small Buffer made from a string comes from Node's pool, and a Buffer of its own is slow.
 */
function sha256(data: string | Uint8Array): Buffer {
  return Buffer.from(hash('sha256', data, 'binary'), 'binary');
}
