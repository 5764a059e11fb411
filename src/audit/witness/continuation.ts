import type { Checkpoint } from '../merkle/checkpoint.js';
import { isConsistent } from '../merkle/proofs.js';
import { consistencySubtrees } from '../merkle/tree-geometry.js';
import { LogInconsistent } from './log-inconsistent.js';
import type { TreeReader } from '../log/tree-reader.js';

/**
 * Checks that a state of the log continues a checkpoint. The checkpoint must have been read before the state.
 * In the other order, a log that grew between the two readings would look as if it had been cut.
 * @throws LogInconsistent unless the tree of `size` leaves begins with the tree of `seen`.
 * @throws RangeError when the stored tree is too small.
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
