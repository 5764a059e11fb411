/** The leaves from `begin` to `end`, without `end`: a subtree of RFC 6962's recursive definition. */
export interface Subtree {
  readonly begin: number;
  readonly end: number;
}

/** A perfect subtree of 2^level leaves, the `index`th of its level. */
export interface Node {
  readonly level: number;
  readonly index: number;
}

/** The largest power of two smaller than `n`, for n > 1 (RFC 6962, section 2.1). */
export function splitPoint(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

/**
 * The subtrees whose hashes prove that leaf `index` is in the tree of `size` leaves, in the order of the audit path
 * (RFC 6962, section 2.1.1).
 */
export function inclusionSubtrees(index: number, size: number): Subtree[] {
  if (!isIndex(index) || !isIndex(size) || index >= size) {
    throw new RangeError(`no leaf ${index} in a tree of ${size}`);
  }
  const path: Subtree[] = [];
  for (let begin = 0, end = size; end - begin > 1;) {
    const middle = begin + splitPoint(end - begin);
    if (index < middle) {
      path.unshift({ begin: middle, end });
      end = middle;
    } else {
      path.unshift({ begin, end: middle });
      begin = middle;
    }
  }
  return path;
}

/**
 * The subtrees whose hashes prove that the tree of `from` leaves is the beginning of the tree of `to` leaves
 * (RFC 6962, section 2.1.2).
 */
export function consistencySubtrees(from: number, to: number): Subtree[] {
  if (!isIndex(from) || !isIndex(to) || from < 1 || from > to) {
    throw new RangeError(`no proof from ${from} to ${to}`);
  }
  const proof: Subtree[] = [];
  let begin = 0;
  let end = to;
  // While the old tree ends inside this subtree, the sibling is part of the proof.
  while (from < end) {
    const middle = begin + splitPoint(end - begin);
    if (from <= middle) {
      proof.unshift({ begin: middle, end });
      end = middle;
    } else {
      proof.unshift({ begin, end: middle });
      begin = middle;
    }
  }
  // The last subtree of the old tree. It is left out when it is the whole old tree, whose root the verifier
  // has.
  if (begin > 0) proof.unshift({ begin, end });
  return proof;
}

/** The perfect subtrees that a subtree consists of, from left to right and from large to small. */
export function perfectNodes({ begin, end }: Subtree): Node[] {
  const nodes: Node[] = [];
  for (let at = begin; at < end;) {
    let level = 0;
    let width = 1;
    while (at + width * 2 <= end && at % (width * 2) === 0) {
      width *= 2;
      level++;
    }
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}

/** The same, as ranges of leaves. */
export function perfectSubtrees(subtree: Subtree): Subtree[] {
  return perfectNodes(subtree).map(({ level, index }) => ({
    begin: index * 2 ** level,
    end: (index + 1) * 2 ** level,
  }));
}

function isIndex(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
