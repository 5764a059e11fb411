import { type Checkpoint, openCheckpoint } from '../merkle/checkpoint.js';
import { CompactRange } from '../merkle/compact-range.js';
import { EMPTY_ROOT, leafHash } from '../merkle/hashing.js';
import { type Bytes, equal, toUtf8 } from '../merkle/platform.js';
import { prunedText } from '../merkle/pruned-note.js';
import { type NoteVerifier, openNote } from '../merkle/signed-note.js';
import { isUnboundSubjectText, readSubjectText } from '../merkle/subject-note.js';
import { checkPersonal, earlier, type Fault, readEntry } from './entry-chain.js';
import { isOlder, type Witnessed, witnessedBy } from './cosigned.js';
import type { ExportClaim, PrunedFront } from './export-claim.js';
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
import { NoVerdict, type Verdict } from './export-verdict.js';
import { SelectedEntries } from './selected-entries.js';
import { SubjectEntries } from './subject-entries.js';
import { WholeLog } from './whole-log.js';

const AFTER_THE_END = 'there are lines after the checkpoint';
const LINE_START = toUtf8('{"');
const TRAILER_START = toUtf8('{"checkpoint":');
const NOTHING: Checkpoint = { origin: '', size: 0, root: EMPTY_ROOT };

/**
 * Verifies an export line by line. It needs only hashes and one public key, and its memory does not grow with
 * the export. The last line is given first, because everything else is compared with it.
 */
export class ExportVerifier {
  readonly #trailer: Trailer | null;
  readonly #checkpoint: Checkpoint;
  /**
   * True when the checkpoint is that of the log and signed with its key. Otherwise nothing else is checked.
   */
  readonly #trusted: boolean;
  #claim: ExportClaim | null = null;
  #front: PrunedFront | null = null;
  #fault: Fault | null = null;
  #lines = 0;
  #rows = 0;
  #withheld = 0;
  /** The smallest `seq` that the next entry can have. */
  #next = 0;
  #ended = false;
  /** True when a line has no place in the log, so that nothing can be said of the lines after it. */
  #broken = false;
  #witnessed: readonly Witnessed[] = [];

  /**
   * @param since an earlier verified checkpoint, which the export must continue.
   * @param witnesses each must have cosigned a checkpoint of the export.
   */
  constructor(
    private readonly lastLine: Bytes,
    private readonly verifier: NoteVerifier,
    private readonly since: Checkpoint | null,
    private readonly witnesses: readonly NoteVerifier[] = [],
  ) {
    this.#trailer = trailerOf(lastLine);
    const checkpoint = openCheckpoint(this.#trailer?.checkpoint ?? '', verifier);
    this.#trusted = checkpoint?.origin === verifier.name;
    this.#checkpoint = checkpoint ?? NOTHING;
    if (this.#trusted && since !== null) this.#compareSize(since);
  }

  /** True when no further line can change the verdict. Whoever reads the file stops then. */
  get settled(): boolean {
    return this.#broken || (this.#trailer === null ? this.#ended : !this.#trusted);
  }

  /**
   * Takes the next line without its line break; the last line too. @throws NoVerdict when its format has too
   * little information.
   */
  take(bytes: Bytes): void {
    if (this.#trailer === null) this.#lookForTrailer(bytes);
    else if (this.#trusted) this.#takeLine(bytes);
  }

  /** @throws NoVerdict when this export cannot answer what was asked. */
  finish(): Verdict {
    if (this.#trailer === null) {
      if (!this.#ended) throw new NoVerdict('the last line holds no checkpoint');
      return this.#verdict({ seq: null, reason: AFTER_THE_END });
    }
    if (!this.#trusted)
      return this.#verdict({ seq: null, reason: 'the checkpoint is not signed with this key' });
    if (this.#broken) return this.#verdict(this.#fault);
    if (!this.#ended) this.#note(null, 'the export ends before its checkpoint');
    if (this.#rows !== this.#trailer.rows) {
      this.#note(null, `there are ${this.#rows} entries and not ${this.#trailer.rows}`);
    }
    this.#claim ??= this.#claimOf(null, this.#trailer);
    this.#fault = earlier(this.#fault, this.#claim.finish());
    this.#checkCosigned(this.#trailer);
    // A fault is reported first, even when the comparison is not possible.
    if (this.#fault === null && this.since !== null) this.#requireComparable(this.since, this.#claim);
    return this.#verdict(this.#fault);
  }

  #verdict(fault: Fault | null): Verdict {
    return {
      fault,
      kind: this.#claim?.kind ?? 'selection',
      checkpoint: this.#checkpoint,
      subject: this.#claim?.subject ?? null,
      rows: this.#rows,
      withheld: this.#withheld,
      pruned: this.#claim?.pruned ?? 0,
      witnessed: this.#witnessed,
    };
  }

  /** Every older checkpoint is checked, also when no witness is demanded, so that no change goes unnoticed. */
  #checkCosigned(trailer: Trailer): void {
    const { cosigned = [] } = trailer;
    if (!cosigned.every((older) => isOlder(older, this.#checkpoint, this.verifier)))
      return this.#note(null, 'a cosigned checkpoint is not signed with this key, or not of this log');
    const seen = this.witnesses.map((witness) => witnessedBy(witness, trailer, this.#checkpoint.size));
    for (const [index, { name }] of this.witnesses.entries())
      if (seen[index] === null)
        this.#note(null, `the witness ${name} has cosigned no checkpoint of this export`);
    this.#witnessed = seen.filter((each) => each !== null);
  }

  #compareSize({ size, root }: Checkpoint): void {
    const { size: now } = this.#checkpoint;
    if (size > now) this.#note(null, `the log had ${size} entries before and now has ${now}`);
    else if (size === now && !equal(root, this.#checkpoint.root))
      this.#note(null, 'the checkpoint is not the older one of as many entries');
  }

  #requireComparable(since: Checkpoint, { kind }: ExportClaim): void {
    if (kind !== 'log')
      throw new NoVerdict('only an export of the whole log can be compared with an older checkpoint');
    if (since.size < (this.#front?.size ?? 0))
      throw new NoVerdict('the entries of the older checkpoint have been pruned');
  }

  /** In a file without a checkpoint at its end: is there one before, or is it no export at all? */
  #lookForTrailer(bytes: Bytes): void {
    // Most lines are not parsed, so that a long file that is no export takes little time.
    const mayBeTrailer = startsWith(bytes, TRAILER_START);
    this.#ended = mayBeTrailer && trailerOf(bytes) !== null;
    this.#broken = !this.#ended && (mayBeTrailer || !startsWith(bytes, LINE_START));
  }

  #takeLine(bytes: Bytes): void {
    if (this.#ended) return this.#break(null, AFTER_THE_END);
    const line = parseLine(bytes);
    const isFirst = this.#lines++ === 0;
    if (line !== null && isLine(line)) this.#takeEntry(line);
    else if (line !== null && isPruned(line) && isFirst) this.#takePruned(line.pruned);
    else if (equal(bytes, this.lastLine)) this.#ended = true;
    else this.#break(this.#next, 'the line is malformed');
  }

  #takePruned({ size, hashes, note }: Pruned): void {
    if (note === undefined) throw new NoVerdict('in this older format the pruned entries are not signed');
    const root = rootOf(size, hashes);
    if (root === null) return this.#note(0, 'the pruned line is malformed');
    if (openNote(note, this.verifier) !== prunedText(size, root, this.#checkpoint)) {
      this.#note(0, 'what was pruned is not signed with this key for this checkpoint');
    }
    this.#front = { size, roots: hashes.map((hash) => decodeHash(hash)!) };
    this.#next = size;
  }

  #takeEntry(line: ExportLine): void {
    this.#claim ??= this.#claimOf(line, this.#trailer!);
    this.#rows++;
    const { seq } = line;
    this.#next = seq + 1;
    const entry = readEntry(line.entry);
    if (entry?.seq !== seq) return this.#note(seq, 'the entry is malformed or of another place');
    if (seq >= this.#checkpoint.size) this.#note(seq, 'the entry is not in the checkpoint');
    this.#fault = earlier(this.#fault, this.#claim.take({ line, entry, leaf: leafHash(line.entry) }));
    const verdict = checkPersonal(entry, line.private);
    if (verdict === 'withheld') this.#withheld++;
    else this.#fault = earlier(this.#fault, verdict);
  }

  /** The claim of the export, from its last line and its first entry. */
  #claimOf(first: ExportLine | null, { subject_checkpoint: note }: Trailer): ExportClaim {
    if (note !== undefined) return this.#subjectClaim(note);
    const proven = first === null ? this.#front === null : first.proof !== undefined;
    if (!proven) return new WholeLog(this.#checkpoint, this.#front, this.since);
    if (this.#front !== null) this.#note(0, 'a selection has no pruned line');
    return new SelectedEntries(this.#checkpoint);
  }

  #subjectClaim(note: string): ExportClaim {
    const text = openNote(note, this.verifier) ?? '';
    const extent = readSubjectText(text, this.#checkpoint);
    if (extent !== null) return new SubjectEntries(extent, this.#front, this.#checkpoint);
    if (isUnboundSubjectText(text, this.verifier.name)) {
      throw new NoVerdict(
        'in this older format the number of the subject’s entries is bound to no checkpoint',
      );
    }
    this.#note(null, 'the number of the subject’s entries is not signed with this key for this checkpoint');
    return new SelectedEntries(this.#checkpoint);
  }

  #break(seq: number | null, reason: string): void {
    this.#broken = true;
    this.#note(seq, reason);
  }

  #note(seq: number | null, reason: string): void {
    this.#fault = earlier(this.#fault, { seq, reason });
  }
}

function trailerOf(bytes: Bytes): Trailer | null {
  const line = parseLine(bytes);
  return line !== null && isTrailer(line) ? line : null;
}

function startsWith(bytes: Bytes, start: Bytes): boolean {
  return equal(bytes.subarray(0, start.length), start);
}

/** The root of the tree of these perfect subtrees. Null when they do not form a tree of this size. */
function rootOf(size: number, hashes: readonly string[]): Bytes | null {
  const roots = hashes.map(decodeHash);
  try {
    return roots.includes(null) ? null : new CompactRange(size, roots as Bytes[]).root();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return null;
  }
}
