import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { AuditRecord } from '../../src/audit/record/audit-record.entity.js';
import { sealEntry } from '../../src/audit/log/audit-entry.js';
import type { Checkpoint } from '../../src/audit/merkle/checkpoint.js';
import { CompactRange } from '../../src/audit/merkle/compact-range.js';
import { EMPTY_ROOT, leafHash } from '../../src/audit/merkle/hashing.js';
import { prunedText } from '../../src/audit/merkle/pruned-note.js';
import { subjectText } from '../../src/audit/merkle/subject-note.js';
import {
  consistencySubtrees,
  inclusionSubtrees,
  perfectSubtrees,
  type Subtree,
} from '../../src/audit/merkle/tree-geometry.js';
import { noteVerifier, signCheckpoint, signNote } from '../../src/audit/merkle/signing.js';

const ORIGIN = 'log.test';

export interface SmallEntry {
  readonly seq: number;
  readonly subject: string | null;
  readonly entry: string;
  readonly personal: { readonly salt: string; readonly values: unknown } | null;
}

/** A log made without the service, and its exports. For tests with forged exports. */
export class SmallLog {
  readonly entries: SmallEntry[] = [];
  readonly #chains = new Map<string, { next: number; leaf: Buffer | null }>();

  constructor(
    readonly privateKey: KeyObject = generateKeyPairSync('ed25519').privateKey,
    readonly origin = ORIGIN,
  ) {}

  get verifier() {
    return noteVerifier(this.origin, this.privateKey);
  }

  /** Adds one entry for each given subject, in order. Null is the system. */
  add(...subjects: (string | null)[]): this {
    for (const subject of subjects) {
      const seq = this.entries.length;
      const chain = subject === null ? null : (this.#chains.get(subject) ?? { next: 0, leaf: null });
      const record = recordOf(seq, subject);
      const sealed = sealEntry(record, {
        seq,
        subjectSeq: chain?.next ?? null,
        subjectPrev: chain?.leaf ?? null,
      });
      if (subject !== null) this.#chains.set(subject, { next: chain!.next + 1, leaf: sealed.leaf });
      const personal = sealed.personal && {
        salt: sealed.personal.salt.toString('base64'),
        values: JSON.parse(sealed.personal.values) as unknown,
      };
      this.entries.push({ seq, subject, entry: sealed.entry, personal });
    }
    return this;
  }

  root(begin = 0, end = this.entries.length): Buffer {
    const range = new CompactRange();
    for (const { entry } of this.entries.slice(begin, end)) range.append(leafHash(entry));
    return range.root();
  }

  checkpoint(size = this.entries.length): string {
    return signCheckpoint(this.#tree(size), this.origin, this.privateKey);
  }

  /** The older checkpoint of `size` entries as an export carries it. `line` is a cosignature with a line feed. */
  cosigned(size: number, line = ''): { note: string; proof: string[] } {
    const proof = this.#hashes(consistencySubtrees(size, this.entries.length));
    return { note: `${this.checkpoint(size)}${line}`, proof };
  }

  /** The proof that the tree of `to` entries continues that of `from`. */
  consistency(from: number, to: number): Buffer[] {
    return consistencySubtrees(from, to).map(({ begin, end }) => this.root(begin, end));
  }

  /** Signs any text with the log's key. */
  sign(text: string): string {
    return signNote(text, this.origin, this.privateKey);
  }

  /** The line which says that the first `pruned` entries were removed. */
  prunedLine(pruned: number, size = this.entries.length): string {
    const hashes = this.#hashes([{ begin: 0, end: pruned }], true);
    const note = this.sign(prunedText(pruned, this.root(0, pruned), this.#tree(size)));
    return JSON.stringify({ pruned: { size: pruned, hashes, note } });
  }

  /** The lines of a full export whose first `pruned` entries were removed. */
  whole(pruned = 0): string[] {
    const front = pruned === 0 ? [] : [this.prunedLine(pruned)];
    const rows = this.entries.slice(pruned).map((entry) => line(entry));
    return [...front, ...rows, JSON.stringify({ checkpoint: this.checkpoint(), rows: rows.length })];
  }

  /** The lines of an export of selected entries, each with its proof. */
  selection(seqs: readonly number[]): string[] {
    const size = this.entries.length;
    const rows = seqs.map((seq) => line(this.entries[seq]!, this.#hashes(inclusionSubtrees(seq, size))));
    return [...rows, JSON.stringify({ checkpoint: this.checkpoint(), rows: rows.length })];
  }

  /**
   * The signed note about a subject in the tree of `size` entries, whose first `pruned` entries were removed.
   */
  subjectNote(subject: string, pruned = 0, size = this.entries.length): string {
    const own = this.#of(subject).filter(({ seq }) => seq < size);
    const newest = own.at(-1);
    const extent = {
      subject,
      entries: own.length,
      newest: newest === undefined ? EMPTY_ROOT : leafHash(newest.entry),
      kept: own.filter(({ seq }) => seq < pruned).length,
    };
    return this.sign(subjectText(extent, this.#tree(size)));
  }

  /**
   * The lines of an export of all entries of a subject, when the first `pruned` entries of the log were
   * removed.
   */
  ofSubject(subject: string, pruned = 0): string[] {
    const own = this.#of(subject);
    const left = own.filter(({ seq }) => seq >= pruned).map(({ seq }) => seq);
    const front = left.length < own.length ? [this.prunedLine(pruned)] : [];
    const lines = this.selection(left);
    const trailer = JSON.parse(lines.at(-1)!) as object;
    const signed = { ...trailer, subject_checkpoint: this.subjectNote(subject, pruned) };
    return [...front, ...lines.slice(0, -1), JSON.stringify(signed)];
  }

  #of(subject: string): SmallEntry[] {
    return this.entries.filter((entry) => entry.subject === subject);
  }

  #tree(size: number): Checkpoint {
    return { origin: this.origin, size, root: this.root(0, size) };
  }

  #hashes(subtrees: readonly Subtree[], apart = false): string[] {
    const parts = apart ? subtrees.flatMap(perfectSubtrees) : subtrees;
    return parts.map(({ begin, end }) => this.root(begin, end).toString('base64'));
  }
}

function line({ seq, entry, personal }: SmallEntry, proof?: string[]): string {
  return JSON.stringify({ seq, entry, private: personal, ...(proof === undefined ? {} : { proof }) });
}

function recordOf(seq: number, subject: string | null): AuditRecord {
  const at = new Date(1_700_000_000_000 + seq).toISOString();
  return {
    id: `018bcfe5-6800-7000-8000-${String(seq).padStart(12, '0')}`,
    action: subject === null ? 'SYSTEM_START' : 'FILE_LIST',
    outcome: 'success',
    actorType: subject === null ? 'system' : 'user',
    actorId: subject,
    subject,
    resource: null,
    requestId: `r-${seq}`,
    occurredAt: at,
    recordedAt: at,
    metadata: { count: seq },
    ip: subject === null ? null : '203.0.113.7',
    userAgent: subject === null ? null : 'tëst\u0001 \u{1f600} agent',
    personal: null,
  };
}
