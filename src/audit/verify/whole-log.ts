import type { Checkpoint } from '../merkle/checkpoint.js';
import { CompactRange } from '../merkle/compact-range.js';
import { equal } from '../merkle/platform.js';
import { earlier, EntryChains, type Fault } from './entry-chain.js';
import type { ExportClaim, ExportedLine, PrunedFront } from './export-claim.js';

/**
 * All entries of the log except those that retention has removed. Together they give the root of the
 * checkpoint.
 */
export class WholeLog implements ExportClaim {
  readonly kind = 'log';
  readonly subject = null;
  readonly pruned: number;
  readonly #range: CompactRange;
  readonly #chains: EntryChains;
  #next: number;
  #fault: Fault | null = null;
  #reachedSince = false;

  /** @param since an earlier checkpoint that the log must continue. */
  constructor(
    private readonly checkpoint: Checkpoint,
    front: PrunedFront | null,
    private readonly since: Checkpoint | null,
  ) {
    this.#range = front === null ? new CompactRange() : new CompactRange(front.size, front.roots);
    this.#chains = new EntryChains(front !== null);
    this.pruned = this.#range.size;
    this.#next = this.pruned;
    this.#compareSince();
  }

  take({ line, entry, leaf }: ExportedLine): Fault | null {
    const { seq } = line;
    if (seq !== this.#next) {
      this.#note(Math.min(this.#next, seq), `entry ${this.#next} is missing, doubled or out of order`);
    }
    this.#next = seq + 1;
    if (line.proof !== undefined) this.#note(seq, 'the line is malformed');
    this.#range.append(leaf);
    this.#compareSince();
    this.#fault = earlier(this.#fault, this.#chains.follow(entry, leaf));
    return this.#fault;
  }

  finish(): Fault | null {
    const { size, root } = this.checkpoint;
    if (this.#range.size < size) this.#note(this.#range.size, 'entries are missing at the end');
    else if (!equal(this.#range.root(), root))
      this.#note(null, 'the entries are not those of the checkpoint');
    this.#fault = earlier(this.#fault, this.#chains.finish());
    return this.#fault;
  }

  #compareSince(): void {
    if (this.since === null || this.#reachedSince || this.#range.size !== this.since.size) return;
    this.#reachedSince = true;
    if (!equal(this.#range.root(), this.since.root)) {
      this.#note(null, `the first ${this.since.size} entries are not those of the older checkpoint`);
    }
  }

  #note(seq: number | null, reason: string): void {
    this.#fault = earlier(this.#fault, { seq, reason });
  }
}
