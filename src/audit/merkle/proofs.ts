import { nodeHash } from './hashing.js';
import { equal } from './platform.js';

/**
 * The root that follows from an inclusion proof (RFC 9162, section 2.1.3.2). Null when the proof has the
 * wrong length for this leaf and size. The leaf is in the tree when the result equals the tree's root.
 */
export function rootFromInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
): Uint8Array | null {
  if (index >= size) return null;
  let node = index;
  let last = size - 1;
  let hash: Uint8Array = leaf;
  for (const sibling of path) {
    if (last === 0) return null;
    if (isOdd(node) || node === last) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 ? hash : null;
}

/**
 * True when the tree of `from` leaves with root `oldRoot` is the beginning of the tree of `to` leaves with
 * root `newRoot` (RFC 9162, section 2.1.4.2).
 */
export function isConsistent(
  from: number,
  to: number,
  oldRoot: Uint8Array,
  newRoot: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (from < 1 || from > to) return false;
  if (from === to) return proof.length === 0 && equal(oldRoot, newRoot);
  const path = isPowerOfTwo(from) ? [oldRoot, ...proof] : [...proof];
  const first = path.shift();
  if (first === undefined) return false;
  let node = from - 1;
  let last = to - 1;
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  let before: Uint8Array = first;
  let after: Uint8Array = first;
  for (const hash of path) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      before = nodeHash(hash, before);
      after = nodeHash(hash, after);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      after = nodeHash(after, hash);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equal(before, oldRoot) && equal(after, newRoot);
}

// No bit operations: they work only up to 2^31.
const isOdd = (n: number) => n % 2 === 1;
const half = (n: number) => Math.floor(n / 2);

function isPowerOfTwo(n: number): boolean {
  return Number.isInteger(Math.log2(n));
}
