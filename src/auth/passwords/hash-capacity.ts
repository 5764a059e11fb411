import { availableParallelism } from 'node:os';

/** Milliseconds that a hash of cost 10 takes on a slow machine; doubles with every step of the cost. */
const COST_10_MS = 60;

/**
 * Hashes that this process makes at once. They share libuv's threads with the file system, and the cores with everything
 * else: all cores but one, and at most three.
 */
export const HASHES_AT_ONCE = Math.max(1, Math.min(availableParallelism() - 1, 3));

/** What a hash of this cost is assumed to take, in milliseconds. */
export function expectedHashMs(cost: number): number {
  return COST_10_MS * 2 ** (cost - 10);
}
