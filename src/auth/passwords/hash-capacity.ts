import { availableParallelism } from 'node:os';

/**
 * How long a hash of cost 10 takes on a slow machine, in milliseconds. It doubles with every step of the
 * cost.
 */
const COST_10_MS = 60;

/**
 * How many hashes this process makes in parallel. They share libuv's threads with the file system and the
 * cores with everything else, so it is all cores but one, and at most three.
 */
export const HASHES_AT_ONCE = Math.max(1, Math.min(availableParallelism() - 1, 3));

/** The estimated duration of a hash of this cost, in milliseconds. */
export function expectedHashMs(cost: number): number {
  return COST_10_MS * 2 ** (cost - 10);
}
