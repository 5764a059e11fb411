import type { Checkpoint } from '../merkle/checkpoint.js';
import { isConsistent } from '../merkle/proofs.js';
import { consistencySubtrees } from '../merkle/tree-geometry.js';
import { LogInconsistent } from './log-inconsistent.js';
import type { TreeReader } from '../log/tree-reader.js';

/**
 * Compares a state of the log with a checkpoint that was seen before that state was read. The other way round, a log that has
 * grown between the two readings would look like one that was cut.
 * @throws LogInconsistent unless the tree of `size` leaves begins with the tree that `seen` commits to.
 * @throws RangeError when the stored tree does not reach so far.
 */
export async function requireContinuation(
  seen: Checkpoint,
  size: number,
  root: Buffer,
  reader: TreeReader,
): Promise<void> {
  if (size < seen.size) {
    throw new LogInconsistent(`the log has ${size} entries, but ${seen.size} were verified before`);
  }
  const proof = await reader.hashes(consistencySubtrees(seen.size, size));
  if (!isConsistent(seen.size, size, seen.root, root, proof)) {
    throw new LogInconsistent(
      `the log of ${size} entries does not continue the ${seen.size} that were verified before`,
    );
  }
}
