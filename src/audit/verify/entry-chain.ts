import { decodeBase64 } from '../merkle/base64.js';
import { canonicalize } from '../merkle/canonical-json.js';
import { privateDigest, SALT_BYTES } from '../merkle/private-digest.js';
import { hasExactly } from './has-exactly.js';

/** Something about the log that contradicts it, at the entry `seq` where it can be told, or null. */
export interface Fault {
  readonly seq: number | null;
  readonly reason: string;
}

/** The personal values of an entry and their salt, as an export or the database has them. */
export interface Secret {
  readonly salt: string;
  readonly values: unknown;
}

/** What a verifier reads of an entry. */
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
  leaf: Buffer;
  /** The entry before, when this one does not name its hash: one of the two was changed. */
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

/** Reads an entry's text; null when it is no entry. */
export function readEntry(text: string): ReadEntry | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Whatever the parser says of it, it is not an entry.
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
 * Follows the chain of every subject through entries in `seq` order. Each names the hash of the same subject's entry
 * before, so of a changed entry the next one tells.
 */
export class EntryChains {
  readonly #links = new Map<string, Link>();

  /** @param partial whether the first entry of a subject may have others before it that are not seen here. */
  constructor(private readonly partial: boolean) {}

  /** How many entries a subject has, and the newest one's hash; undefined when there was none. */
  get(subject: string): { readonly entries: number; readonly leaf: Buffer } | undefined {
    const link = this.#links.get(subject);
    return link && { entries: link.subjectSeq + 1, leaf: link.leaf };
  }

  subjects(): IterableIterator<string> {
    return this.#links.keys();
  }

  /** Takes the next entry. @returns what it shows to be wrong, now or of an earlier entry. */
  follow(entry: ReadEntry, leaf: Buffer): Fault | null {
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
    if (named === before.leaf.toString('base64')) return settle(before, before.doubted);
    // Two broken links side by side: the entry between them was changed.
    if (before.doubted !== null) return { seq: before.seq, reason: 'the entry was changed' };
    link.doubted = before.seq;
    return null;
  }

  /** What remains in doubt when no entry follows. */
  finish(): Fault | null {
    let first: Fault | null = null;
    for (const link of this.#links.values()) first = earlier(first, settle(link, link.doubted));
    return first;
  }
}

function settle(link: Link, doubted: number | null): Fault | null {
  return doubted === null
    ? null
    : { seq: doubted, reason: `the entry is not the one that entry ${link.seq} of its subject names` };
}

/** The fault at the smaller `seq`; one without a place comes last. */
export function earlier(a: Fault | null, b: Fault | null): Fault | null {
  if (a === null || b === null) return a ?? b;
  return (b.seq ?? Infinity) < (a.seq ?? Infinity) ? b : a;
}

/**
 * Compares personal values with what the entry says of them.
 * @returns what is wrong, `withheld` when they have been erased, or null.
 */
export function checkSecret(entry: ReadEntry, secret: Secret | null): Fault | 'withheld' | null {
  const { seq, private_digest: digest } = entry;
  if (secret === null) return digest === null ? null : 'withheld';
  const salt = decodeBase64(secret.salt);
  if (salt?.length !== SALT_BYTES) return { seq, reason: 'the salt is malformed' };
  try {
    const text = canonicalize(secret.values);
    // In canonical order in the file, too: else its members could change places unseen.
    if (JSON.stringify(secret.values) === text && privateDigest(salt, text) === digest) return null;
  } catch (error) {
    // Values that canonical JSON cannot carry, or too deep to be written.
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
  }
  return { seq, reason: 'the personal values are not those of the entry' };
}
