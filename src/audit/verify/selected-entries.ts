import type { Checkpoint } from '../merkle/checkpoint.js';
import { type Bytes, equal } from '../merkle/platform.js';
import { rootFromInclusion } from '../merkle/proofs.js';
import type { Fault } from './entry-chain.js';
import type { ExportClaim, ExportedLine } from './export-claim.js';
import { decodeHash } from './export-line.js';

/** Selected entries in their order, each with a proof that it is in the tree of the checkpoint. */
export class SelectedEntries implements ExportClaim {
  readonly kind = 'selection';
  readonly subject = null;
  readonly pruned = 0;
  #next = 0;

  constructor(private readonly checkpoint: Checkpoint) {}

  take(line: ExportedLine): Fault | null {
    const { seq } = line.line;
    const expected = this.#next;
    this.#next = seq + 1;
    if (seq < expected) return { seq, reason: 'the entry is doubled or out of order' };
    return this.#isProven(line) ? null : { seq, reason: 'the entry is not in the log' };
  }

  finish(): Fault | null {
    return null;
  }

  #isProven({ line, leaf }: ExportedLine): boolean {
    const { size, root } = this.checkpoint;
    const path = line.proof?.map(decodeHash) ?? [null];
    const proven = path.includes(null) ? null : rootFromInclusion(leaf, line.seq, size, path as Bytes[]);
    return proven !== null && equal(root, proven);
  }
}
