import { joinSubtrees, nodeHash } from './hashing.js';
import type { Bytes } from './platform.js';
import { perfectNodes } from './tree-geometry.js';

/**
 * A growing tree, reduced to the roots of its perfect subtrees, largest first. This is enough to append
 * leaves and to compute the root. Memory use grows with the logarithm of the size.
 */
export class CompactRange {
  readonly #roots: Uint8Array[];
  #size: number;

  /** @throws RangeError when the number of roots does not match a tree of `size` leaves. */
  constructor(size = 0, roots: readonly Uint8Array[] = []) {
    if (perfectNodes({ begin: 0, end: size }).length !== roots.length) {
      throw new RangeError(`a tree of ${size} leaves does not have ${roots.length} perfect subtrees`);
    }
    this.#size = size;
    this.#roots = [...roots];
  }

  get size(): number {
    return this.#size;
  }

  append(leaf: Uint8Array): void {
    let root = leaf;
    for (let size = this.#size; size % 2 === 1; size = (size - 1) / 2) {
      root = nodeHash(this.#roots.pop()!, root);
    }
    this.#roots.push(root);
    this.#size++;
  }

  root(): Bytes {
    return joinSubtrees(this.#roots);
  }
}
