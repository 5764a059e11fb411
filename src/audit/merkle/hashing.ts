import { type Bytes, concat, sha256 } from './platform.js';

export const HASH_BYTES = 32;

/** The root of a tree without leaves: the hash of the empty string (RFC 6962, section 2.1). */
export const EMPTY_ROOT: Bytes = sha256('');

/** SHA-256(0x00 ‖ entry) (RFC 6962, section 2.1). */
export function leafHash(entry: string | Uint8Array): Bytes {
  if (typeof entry === 'string') return sha256(`\0${entry}`);
  return sha256(concat(Uint8Array.of(0x00), entry));
}

const node = new Uint8Array(1 + 2 * HASH_BYTES).fill(0x01, 0, 1);

/** SHA-256(0x01 ‖ left ‖ right) (RFC 6962, section 2.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Bytes {
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return sha256(node);
}

/**
 * Joins the roots of neighbouring subtrees from left to right. Each is larger than all that follow it
 * together.
 */
export function joinSubtrees(roots: readonly Uint8Array[]): Bytes {
  const last = roots.at(-1);
  if (last === undefined) return EMPTY_ROOT;
  return concat(roots.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last));
}
