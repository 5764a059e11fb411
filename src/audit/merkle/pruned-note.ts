import type { Checkpoint } from './checkpoint.js';

/**
 * The text that a log signs about entries that retention has removed from the front. It is bound to the tree
 * of `checkpoint`. One line each: `ORIGIN/pruned`, the number of entries, base64 of the root of their tree,
 * `tree <size> <base64(root)>`.
 */
export function prunedText(pruned: number, prunedRoot: Buffer, { origin, size, root }: Checkpoint): string {
  return `${origin}/pruned\n${pruned}\n${prunedRoot.toString('base64')}\ntree ${size} ${root.toString('base64')}\n`;
}
