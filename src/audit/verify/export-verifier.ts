import { type Checkpoint, openCheckpoint, subjectOrigin } from '../merkle/checkpoint.js';
import { CompactRange } from '../merkle/compact-range.js';
import { HASH_BYTES, leafHash } from '../merkle/hashing.js';
import { rootFromInclusion } from '../merkle/proofs.js';
import type { NoteVerifier } from '../merkle/signed-note.js';
import { checkSecret, earlier, EntryChains, type Fault, readEntry, type ReadEntry } from './entry-chain.js';
import {
  decodeHash,
  type ExportLine,
  isLine,
  isPruned,
  isTrailer,
  parseLine,
  type Pruned,
  type Trailer,
} from './export-line.js';

/** The export cannot be judged: it is none, or has no checkpoint. */
export class NoVerdict extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NoVerdict';
  }
}

export interface Verdict {
  /** Null when the export is whole. */
  readonly fault: Fault | null;
  /** `log` is everything, `subject` everything of one user, `selection` proves only what it shows. */
  readonly kind: 'log' | 'subject' | 'selection';
  readonly checkpoint: Checkpoint;
  readonly rows: number;
  /** Entries whose personal values have been erased. */
  readonly withheld: number;
  /** Entries that retention has removed from the front. */
  readonly pruned: number;
}

/**
 * Checks an export line by line in memory that does not grow with it, with nothing but hashes and one public key.
 * Give it the last line first: it holds what all others are compared with.
 */
export class ExportVerifier {
  readonly #trailer: Trailer;
  readonly #trailerText: string;
  readonly #checkpoint: Checkpoint;
  /** Whether the checkpoint is signed with the key; if not, nothing else is worth looking at. */
  readonly #trusted: boolean;
  #range = new CompactRange();
  #chains = new EntryChains(false);
  #fault: Fault | null = null;
  #kind: Verdict['kind'] | null = null;
  #subject: string | null = null;
  #pruned = 0;
  #rows = 0;
  #withheld = 0;
  #last = -1;
  #ended = false;
  #reachedSince = false;

  /**
   * @param since a checkpoint that was verified before; the export has to continue it.
   * @throws NoVerdict when the last line is no trailer.
   */
  constructor(
    lastLine: Buffer,
    private readonly verifier: NoteVerifier,
    private readonly since: Checkpoint | null,
  ) {
    const trailer = parseLine(lastLine);
    if (trailer === null || !isTrailer(trailer)) throw new NoVerdict('the last line holds no checkpoint');
    this.#trailer = trailer;
    this.#trailerText = lastLine.toString();
    const checkpoint = openCheckpoint(trailer.checkpoint, verifier);
    this.#trusted = checkpoint !== null && checkpoint.origin === verifier.name;
    this.#checkpoint = checkpoint ?? { origin: '', size: 0, root: Buffer.alloc(HASH_BYTES) };
    if (since !== null && since.size > this.#checkpoint.size) {
      this.#note(null, `the log had ${since.size} entries before and now has ${this.#checkpoint.size}`);
    }
    this.#compareSince();
  }

  /** Takes the next line, without its line break; the last one too. */
  take(bytes: Buffer): void {
    if (!this.#trusted) return;
    if (this.#ended) return this.#note(null, 'there are lines after the checkpoint');
    const line = parseLine(bytes);
    if (line !== null && isLine(line)) this.#takeEntry(line);
    else if (line !== null && isPruned(line) && this.#kind === null) this.#takePruned(line.pruned);
    else if (bytes.toString() === this.#trailerText) this.#ended = true;
    else this.#note(this.#last + 1, 'the line is malformed');
  }

  /** @throws NoVerdict when what was asked cannot be told from this export. */
  finish(): Verdict {
    if (!this.#trusted) {
      return this.#verdict('log', { seq: null, reason: 'the checkpoint is not signed with this key' });
    }
    if (!this.#ended) this.#note(null, 'the export ends before its checkpoint');
    if (this.#rows !== this.#trailer.rows) {
      this.#note(null, `there are ${this.#rows} entries and not ${this.#trailer.rows}`);
    }
    const kind = this.#kind ?? 'log';
    if (kind === 'log') this.#finishLog();
    if (kind === 'subject') this.#finishSubject();
    if (kind !== 'selection') this.#fault = earlier(this.#fault, this.#chains.finish());
    if (this.since !== null && kind !== 'log' && this.#fault === null) {
      throw new NoVerdict('only an export of the whole log can be compared with an older checkpoint');
    }
    return this.#verdict(kind, this.#fault);
  }

  #verdict(kind: Verdict['kind'], fault: Fault | null): Verdict {
    return {
      fault,
      kind,
      checkpoint: this.#checkpoint,
      rows: this.#rows,
      withheld: this.#withheld,
      pruned: this.#pruned,
    };
  }

  #takePruned(pruned: Pruned): void {
    const roots = pruned.hashes.map(decodeHash);
    if (this.#pruned > 0 || roots.includes(null)) return this.#note(0, 'the pruned line is malformed');
    try {
      this.#range = new CompactRange(pruned.size, roots as Buffer[]);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return this.#note(0, 'the pruned line is malformed');
    }
    this.#pruned = pruned.size;
    this.#last = pruned.size - 1;
    this.#chains = new EntryChains(true);
    this.#compareSince();
  }

  #takeEntry(line: ExportLine): void {
    this.#kind ??= this.#kindOf(line);
    this.#rows++;
    const expected = this.#last + 1;
    this.#last = line.seq;
    const selection = this.#kind !== 'log';
    if (selection ? line.seq < expected : line.seq !== expected) {
      this.#note(Math.min(expected, line.seq), `entry ${expected} is missing, doubled or out of order`);
    }
    const entry = readEntry(line.entry);
    if (entry?.seq !== line.seq) return this.#note(line.seq, 'the entry is malformed or of another place');
    if (line.seq >= this.#checkpoint.size) this.#note(line.seq, 'the entry is not in the checkpoint');
    const leaf = leafHash(line.entry);
    if (selection) this.#checkProof(line, entry, leaf);
    else this.#append(leaf);
    if (this.#kind !== 'selection') this.#fault = earlier(this.#fault, this.#chains.follow(entry, leaf));
    const secret = checkSecret(entry, line.private);
    if (secret === 'withheld') this.#withheld++;
    else this.#fault = earlier(this.#fault, secret);
  }

  #kindOf(line: ExportLine): Verdict['kind'] {
    if (line.proof === undefined) return 'log';
    if (this.#trailer.subject_checkpoint === undefined) return 'selection';
    this.#subject = readEntry(line.entry)?.subject ?? null;
    return 'subject';
  }

  #append(leaf: Buffer): void {
    this.#range.append(leaf);
    this.#compareSince();
  }

  #checkProof(line: ExportLine, entry: ReadEntry, leaf: Buffer): void {
    const { size, root } = this.#checkpoint;
    const path = line.proof?.map(decodeHash) ?? [null];
    const proven = path.includes(null) ? null : rootFromInclusion(leaf, line.seq, size, path as Buffer[]);
    if (proven === null || !root.equals(proven)) this.#note(line.seq, 'the entry is not in the log');
    if (this.#kind === 'subject' && entry.subject !== this.#subject) {
      this.#note(line.seq, 'the entry is another subject’s');
    }
  }

  #compareSince(): void {
    if (this.since === null || this.#reachedSince || this.#range.size !== this.since.size) return;
    this.#reachedSince = true;
    if (!this.#range.root().equals(this.since.root)) {
      this.#note(null, `the first ${this.since.size} entries are not those of the older checkpoint`);
    }
  }

  #finishLog(): void {
    const { size, root } = this.#checkpoint;
    if (this.#rows === 0 && this.#pruned < size && this.#fault === null) {
      throw new NoVerdict('the export has no entries');
    }
    if (this.#range.size < size) this.#note(this.#range.size, 'entries are missing at the end');
    else if (!this.#range.root().equals(root))
      this.#note(null, 'the entries are not those of the checkpoint');
    if (this.since !== null && this.#pruned > this.since.size && this.#fault === null) {
      throw new NoVerdict('the entries of the older checkpoint have been pruned');
    }
  }

  #finishSubject(): void {
    const subject = this.#subject ?? '';
    const signed = openCheckpoint(this.#trailer.subject_checkpoint ?? '', this.verifier);
    const chain = this.#chains.get(subject);
    if (signed?.origin !== subjectOrigin(this.verifier.name, subject)) {
      this.#note(null, 'the checkpoint of the subject is not signed with this key');
    } else if (chain?.entries !== signed.size || !chain.leaf.equals(signed.root)) {
      this.#note(null, `the subject has ${signed.size} entries; the newest are missing or changed`);
    }
  }

  #note(seq: number | null, reason: string): void {
    this.#fault = earlier(this.#fault, { seq, reason });
  }
}
