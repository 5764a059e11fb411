import type { Checkpoint } from '../merkle/checkpoint.js';
import { equal } from '../merkle/platform.js';
import type { SubjectExtent } from '../merkle/subject-note.js';
import { earlier, EntryChains, type Fault } from './entry-chain.js';
import type { ExportClaim, ExportedLine, PrunedFront } from './export-claim.js';
import { SelectedEntries } from './selected-entries.js';

/** All entries of one subject except those that retention has removed. Their number is signed by the log. */
export class SubjectEntries implements ExportClaim {
  readonly kind = 'subject';
  readonly #proven: SelectedEntries;
  readonly #chain: EntryChains;
  #rows = 0;

  constructor(
    private readonly extent: SubjectExtent,
    private readonly front: PrunedFront | null,
    checkpoint: Checkpoint,
  ) {
    this.#proven = new SelectedEntries(checkpoint);
    this.#chain = new EntryChains(extent.kept > 0);
  }

  get subject(): string {
    return this.extent.subject;
  }

  get pruned(): number {
    return this.extent.kept;
  }

  take(line: ExportedLine): Fault | null {
    const { entry, leaf } = line;
    const { seq } = entry;
    let fault = this.#proven.take(line);
    if (seq < (this.front?.size ?? 0)) fault = earlier(fault, { seq, reason: 'the entry was pruned' });
    if (entry.subject !== this.subject)
      return earlier(fault, { seq, reason: 'the entry is another subject’s' });
    if (this.#rows++ === 0 && entry.subject_seq !== this.extent.kept) {
      fault = earlier(fault, { seq, reason: `the entries of ${this.subject} begin at ${this.extent.kept}` });
    }
    return earlier(fault, this.#chain.follow(entry, leaf));
  }

  finish(): Fault | null {
    const { entries, kept, newest } = this.extent;
    const last = this.#chain.get(this.subject);
    const fault = this.#chain.finish() ?? this.#frontFault();
    if (last === undefined ? entries === kept : last.entries === entries && equal(last.leaf, newest))
      return fault;
    return earlier(fault, {
      seq: null,
      reason: `the subject has ${entries} entries; the newest are missing or changed`,
    });
  }

  /** There must be a pruned line exactly when entries of the subject were removed. */
  #frontFault(): Fault | null {
    if (this.extent.kept > 0 === (this.front !== null)) return null;
    return {
      seq: null,
      reason:
        this.front === null
          ? `the first ${this.extent.kept} entries of the subject were pruned; the pruned line is missing`
          : 'there is a pruned line, but nothing of the subject was pruned',
    };
  }
}
