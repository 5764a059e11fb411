import { canonicalize } from '../merkle/canonical-json.js';
import { type Bytes, decodeBase64, toBase64 } from '../merkle/platform.js';
import { privateDigest, SALT_BYTES } from '../merkle/private-digest.js';
import { hasExactly } from './has-exactly.js';

/** A contradiction in the log, at the entry `seq` when that is known. */
export interface Fault {
  readonly seq: number | null;
  readonly reason: string;
}

/** The personal values of an entry with their salt, from an export or the database. */
export interface Personal {
  readonly salt: string;
  readonly values: unknown;
}

/** The parts of an entry that a verifier needs. */
export interface ReadEntry {
  readonly seq: number;
  readonly subject: string | null;
  readonly subject_seq: number | null;
  readonly subject_prev: string | null;
  readonly private_digest: string | null;
}

interface Link {
  seq: number;
  subjectSeq: number;
  leaf: Bytes;
  /** The previous entry, when this one has a different hash for it. One of the two was changed. */
  doubted: number | null;
}

const NAMES = [
  'action',
  'actor',
  'id',
  'metadata',
  'occurred_at',
  'outcome',
  'private_digest',
  'recorded_at',
  'request_id',
  'resource',
  'seq',
  'subject',
  'subject_prev',
  'subject_seq',
  't',
];

/** Reads the text of an entry. Null when it is not a valid entry. */
export function readEntry(text: string): ReadEntry | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // It is not an entry, whatever the parser's reason.
    return null;
  }
  if (typeof value !== 'object' || value === null || !hasExactly(value, NAMES)) return null;
  const {
    t,
    seq,
    subject,
    subject_seq: subjectSeq,
    subject_prev: previous,
  } = value as Record<string, unknown>;
  const wellFormed =
    t === 'audit-event/v1' &&
    typeof seq === 'number' &&
    (subject === null
      ? subjectSeq === null && previous === null
      : typeof subject === 'string' && Number.isSafeInteger(subjectSeq));
  return wellFormed ? (value as ReadEntry) : null;
}

/**
 * Follows the chain of every subject through entries in `seq` order. Each entry has the hash of the subject's
 * previous entry, so the next entry reveals that an entry was changed.
 */
export class EntryChains {
  readonly #links = new Map<string, Link>();

  /** @param partial true when the first entry seen of a subject may have earlier ones. */
  constructor(private readonly partial: boolean) {}

  /** The number of a subject's entries and the hash of the newest. Undefined when there was none. */
  get(subject: string): { readonly entries: number; readonly leaf: Bytes } | undefined {
    const link = this.#links.get(subject);
    return link && { entries: link.subjectSeq + 1, leaf: link.leaf };
  }

  subjects(): IterableIterator<string> {
    return this.#links.keys();
  }

  /** Takes the next entry. @returns a fault of this entry or of an earlier one, or null. */
  follow(entry: ReadEntry, leaf: Bytes): Fault | null {
    const { seq, subject, subject_seq: subjectSeq, subject_prev: named } = entry;
    if (subject === null || subjectSeq === null) return null;
    const before = this.#links.get(subject);
    const link: Link = { seq, subjectSeq, leaf, doubted: null };
    this.#links.set(subject, link);
    if (before === undefined) {
      if (subjectSeq === 0 ? named === null : this.partial && named !== null) return null;
      return { seq, reason: `the entries of ${subject} do not begin at 0` };
    }
    if (subjectSeq !== before.subjectSeq + 1) {
      return { seq, reason: `entry ${before.subjectSeq + 1} of ${subject} is missing or out of order` };
    }
    if (named === toBase64(before.leaf)) return settle(before, before.doubted);
    // Two broken links in a row: the entry between them was changed.
    if (before.doubted !== null) return { seq: before.seq, reason: 'the entry was changed' };
    link.doubted = before.seq;
    return null;
  }

  /** The fault that is still in doubt when no entry follows. */
  finish(): Fault | null {
    let first: Fault | null = null;
    for (const link of this.#links.values()) first = earlier(first, settle(link, link.doubted));
    return first;
  }
}

function settle(link: Link, doubted: number | null): Fault | null {
  return doubted === null
    ? null
    : { seq: doubted, reason: `the entry does not match the hash in entry ${link.seq} of its subject` };
}

/** The fault at the smaller `seq`. A fault without a place comes last. */
export function earlier(a: Fault | null, b: Fault | null): Fault | null {
  if (a === null || b === null) return a ?? b;
  return (b.seq ?? Infinity) < (a.seq ?? Infinity) ? b : a;
}

/**
 * Compares personal values with the digest in the entry.
 * @returns the fault; `withheld` when the values are erased; otherwise null.
 */
export function checkPersonal(entry: ReadEntry, personal: Personal | null): Fault | 'withheld' | null {
  const { seq, private_digest: digest } = entry;
  if (personal === null) return digest === null ? null : 'withheld';
  const salt = decodeBase64(personal.salt);
  if (salt?.length !== SALT_BYTES) return { seq, reason: 'the salt is malformed' };
  try {
    const text = canonicalize(personal.values);
    // The file must have the canonical order too. Otherwise a changed order of members would not be noticed.
    if (JSON.stringify(personal.values) === text && privateDigest(salt, text) === digest) return null;
  } catch (error) {
    // Values that canonical JSON cannot represent, or that are nested too deeply.
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
  }
  return { seq, reason: 'the personal values are not those of the entry' };
}
