import type { Checkpoint } from './checkpoint.js';

/**
 * What a log signs of the entries that retention has removed from the front, bound to the tree of `checkpoint`:
 * `ORIGIN/pruned`, how many, base64 of the root of their tree, `tree <size> <base64(root)>`, a line each.
 */
export function prunedText(pruned: number, prunedRoot: Buffer, { origin, size, root }: Checkpoint): string {
  return `${origin}/pruned\n${pruned}\n${prunedRoot.toString('base64')}\ntree ${size} ${root.toString('base64')}\n`;
}
