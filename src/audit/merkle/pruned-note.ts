import type { Checkpoint } from './checkpoint.js';
import { type Bytes, toBase64 } from './platform.js';

/**
 * The text that a log signs about entries that retention has removed from the front. It is bound to the tree
 * of `checkpoint`. One line each: `ORIGIN/pruned`, the number of entries, base64 of the root of their tree,
 * `tree <size> <base64(root)>`.
 */
export function prunedText(pruned: number, prunedRoot: Bytes, { origin, size, root }: Checkpoint): string {
  return `${origin}/pruned\n${pruned}\n${toBase64(prunedRoot)}\ntree ${size} ${toBase64(root)}\n`;
}
