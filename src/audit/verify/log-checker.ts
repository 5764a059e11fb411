import { Between, type DataSource, type EntityManager, MoreThanOrEqual } from 'typeorm';
import { AuditLogEntry } from '../log/audit-log-entry.entity.js';
import { AuditPrivate } from '../log/audit-private.entity.js';
import type { PrivateRows } from '../log/private-rows.js';
import { AuditState, STATE_ID } from '../log/audit-state.entity.js';
import { AuditSubject } from '../log/audit-subject.entity.js';
import { AuditTile } from '../log/audit-tile.entity.js';
import { requireContinuation } from '../witness/continuation.js';
import { LogInconsistent } from '../witness/log-inconsistent.js';
import { TreeReader } from '../log/tree-reader.js';
import { type Checkpoint, openCheckpoint } from '../merkle/checkpoint.js';
import { CompactRange } from '../merkle/compact-range.js';
import { EMPTY_ROOT, leafHash } from '../merkle/hashing.js';
import type { NoteVerifier } from '../merkle/signed-note.js';
import { splitHashes, TILE_WIDTH, tileRoot } from '../merkle/tiles.js';
import { perfectSubtrees } from '../merkle/tree-geometry.js';
import { Unsealable } from '../../encryption/unsealable.js';
import { earlier, EntryChains, type Fault, readEntry } from './entry-chain.js';
import { checkRow } from './row-check.js';

const BATCH = 1000;
const ATTEMPTS = 3;

/** The result of a check of the live database. */
export interface LogReport {
  readonly fault: Fault | null;
  readonly size: number;
  readonly pruned: number;
  readonly withheld: number;
}

/** A row that belongs to an entry. */
type Numbered = AuditLogEntry | AuditPrivate;

/** Reads the whole log in the database and compares all of its parts with each other. */
export class LogChecker {
  readonly #manager: EntityManager;
  #reader: TreeReader;
  #fault: Fault | null = null;
  #withheld = 0;

  /** @param seen checkpoints that were published before the check begins. */
  constructor(
    database: DataSource,
    private readonly verifier: NoteVerifier,
    private readonly seen: readonly Checkpoint[],
    private readonly privateRows: PrivateRows,
    private readonly onProgress: (done: number, size: number) => void = () => undefined,
  ) {
    this.#manager = database.manager;
    this.#reader = new TreeReader(this.#manager);
  }

  /** @throws when retention removes entries during every attempt. */
  async check(): Promise<LogReport> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const report = await this.#checkOnce();
      if (report.fault === null || !(await this.#hasPrunedSince(report))) return report;
    }
    throw new Error('retention is removing entries; try again when it has ended');
  }

  /** True when entries were removed during the check: they are missing in the parts that were read later. */
  async #hasPrunedSince({ pruned }: LogReport): Promise<boolean> {
    const state = await this.#manager.findOneBy(AuditState, { id: STATE_ID });
    return state !== null && state.prunedSize > pruned;
  }

  async #checkOnce(): Promise<LogReport> {
    this.#reader = new TreeReader(this.#manager);
    this.#fault = null;
    this.#withheld = 0;
    const state = await this.#manager.findOneBy(AuditState, { id: STATE_ID });
    if (state === null)
      return { fault: fault(null, 'the state is missing'), size: 0, pruned: 0, withheld: 0 };
    const chains = new EntryChains(state.prunedSize > 0);
    const range = await this.#prunedRange(state.prunedSize);
    await this.#checkEntries(state, range, chains);
    await this.#checkTree(state, range);
    await this.#checkOrphans(state);
    await this.#checkUpperTiles();
    await this.#checkSubjects(chains);
    for (const checkpoint of this.seen) await this.#checkContinuation(checkpoint, state);
    this.#fault = earlier(this.#fault, chains.finish());
    return { fault: this.#fault, size: state.size, pruned: state.prunedSize, withheld: this.#withheld };
  }

  async #prunedRange(size: number): Promise<CompactRange> {
    const subtrees = perfectSubtrees({ begin: 0, end: size });
    return this.#judging(
      new CompactRange(),
      async () => new CompactRange(size, await this.#reader.hashes(subtrees)),
    );
  }

  async #checkEntries(state: AuditState, range: CompactRange, chains: EntryChains): Promise<void> {
    for (let next = state.prunedSize; next < state.size;) {
      const rows = await this.#manager.find(AuditLogEntry, {
        where: { seq: MoreThanOrEqual(next) },
        order: { seq: 'ASC' },
        take: BATCH,
      });
      const within = rows.filter(({ seq }) => seq < state.size);
      const last = within.at(-1);
      if (last === undefined) break;
      const personal = await this.#personalIn(next, last.seq);
      const leaves = await this.#storedLeaves(next, Math.min(last.seq + 1, state.size));
      for (const row of within) {
        if (row.seq !== next) this.#note(next, 'the entry is missing');
        const stored = { row, personal: personal.get(row.seq), leaf: leaves.get(row.seq) };
        const { fault: found, withheld } = checkRow(stored, chains);
        this.#fault = earlier(this.#fault, found);
        if (withheld) this.#withheld++;
        range.append(leafHash(row.entry));
        next = row.seq + 1;
      }
      this.onProgress(next, state.size);
    }
    const { size } = range;
    if (size < state.size) this.#note(size, 'entries are missing');
  }

  async #personalIn(first: number, last: number): Promise<Map<number, AuditPrivate | Unsealable>> {
    const stored = await this.#manager.findBy(AuditPrivate, { seq: Between(first, last) });
    return new Map(stored.map((row) => [row.seq, this.#opened(row)]));
  }

  #opened(row: AuditPrivate): AuditPrivate | Unsealable {
    try {
      return this.privateRows.open(row);
    } catch (error) {
      if (error instanceof Unsealable) return error;
      throw error;
    }
  }

  async #storedLeaves(begin: number, end: number): Promise<Map<number, Buffer>> {
    const seqs = Array.from({ length: end - begin }, (_, index) => begin + index);
    return this.#judging(new Map<number, Buffer>(), async () => {
      const leaves = await this.#reader.hashes(seqs.map((seq) => ({ begin: seq, end: seq + 1 })));
      return new Map(seqs.map((seq, index) => [seq, leaves[index]!]));
    });
  }

  async #checkTree(state: AuditState, range: CompactRange): Promise<void> {
    const root = state.root ?? EMPTY_ROOT;
    if (range.size === state.size && !range.root().equals(root)) {
      this.#note(null, 'the entries are not those of the signed root');
    }
    const stored = await this.#judging(EMPTY_ROOT, () => this.#reader.root(state.size));
    if (!stored.equals(root)) this.#note(null, 'the stored tree has another root');
    if (state.size === 0) return;
    const checkpoint = openCheckpoint(state.checkpoint ?? '', this.verifier);
    if (
      checkpoint?.origin !== this.verifier.name ||
      checkpoint.size !== state.size ||
      !checkpoint.root.equals(root)
    ) {
      this.#note(null, 'the checkpoint is not signed with this key, or of another tree');
    }
  }

  /** Entries may be added during the check. Other rows must not exist where there is no entry. */
  async #checkOrphans({ prunedSize }: AuditState): Promise<void> {
    for (const table of [AuditLogEntry, AuditPrivate]) {
      const [newest] = await this.#manager.find<Numbered>(table, { order: { seq: 'DESC' }, take: 1 });
      const [oldest] = await this.#manager.find<Numbered>(table, { order: { seq: 'ASC' }, take: 1 });
      // Read after the rows: every row found has its place below this size.
      const state = await this.#manager.findOneBy(AuditState, { id: STATE_ID });
      const size = state?.size ?? 0;
      for (const stray of [newest, oldest]) {
        if (stray !== undefined && (stray.seq >= size || stray.seq < prunedSize))
          this.#note(stray.seq, 'there is something at a place that the log does not have');
      }
    }
  }

  /** Each hash above the lowest level is the root of the tile below it. */
  async #checkUpperTiles(): Promise<void> {
    for (let level = 1; ; level++) {
      const tiles = await this.#manager.find(AuditTile, { where: { level }, order: { index: 'ASC' } });
      if (tiles.length === 0) return;
      for (const tile of tiles) {
        for (const [position, hash] of splitHashes(tile.hashes).entries()) {
          const below = await this.#manager.findOneBy(AuditTile, {
            level: level - 1,
            index: tile.index * TILE_WIDTH + position,
          });
          const root =
            below === null ? null : await this.#judging(null, () => Promise.resolve(tileRoot(below)));
          if (root?.equals(hash) !== true)
            this.#note(null, `tile ${level}/${tile.index} is not of this tree`);
        }
      }
    }
  }

  async #checkSubjects(chains: EntryChains): Promise<void> {
    for (const subject of chains.subjects()) {
      const chain = chains.get(subject)!;
      const stored = await this.#manager.findOneBy(AuditSubject, { subject });
      const grown = stored !== null && stored.entries > chain.entries;
      if (
        grown
          ? !(await this.#hasGrown(subject, chain.entries))
          : stored?.lastLeaf?.equals(chain.leaf) !== true
      ) {
        this.#note(null, `the chain of ${subject} has another end`);
      }
    }
  }

  /** True when entries of the subject were added during the check. */
  async #hasGrown(subject: string, entries: number): Promise<boolean> {
    const newest = await this.#manager.findOne(AuditLogEntry, { where: { subject }, order: { seq: 'DESC' } });
    return newest !== null && (readEntry(newest.entry)?.subject_seq ?? 0) >= entries;
  }

  async #checkContinuation(checkpoint: Checkpoint, state: AuditState): Promise<void> {
    try {
      await requireContinuation(checkpoint, state.size, state.root ?? EMPTY_ROOT, this.#reader);
    } catch (error) {
      if (!(error instanceof LogInconsistent || error instanceof RangeError)) throw error;
      this.#note(null, error.message);
    }
  }

  /** The result of `read`. When the stored tree lacks the data, records a fault and returns `otherwise`. */
  async #judging<T>(otherwise: T, read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#note(null, error.message);
      return otherwise;
    }
  }

  #note(seq: number | null, reason: string): void {
    this.#fault = earlier(this.#fault, fault(seq, reason));
  }
}

function fault(seq: number | null, reason: string): Fault {
  return { seq, reason };
}
