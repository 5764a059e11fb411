import { isUtf8 } from 'node:buffer';
import { decodeBase64 } from '../merkle/base64.js';
import { HASH_BYTES } from '../merkle/hashing.js';
import type { Secret } from './entry-chain.js';
import { hasExactly } from './has-exactly.js';

/** One entry of an export. */
export interface ExportLine {
  readonly seq: number;
  readonly entry: string;
  readonly private: Secret | null;
  readonly proof?: readonly string[];
}

/** The last line of an export. */
export interface Trailer {
  readonly checkpoint: string;
  readonly rows: number;
  readonly subject_checkpoint?: string;
}

/** What retention has removed from the front. */
export interface Pruned {
  readonly size: number;
  readonly hashes: readonly string[];
  /** Absent in the format before: then nobody has signed how many there were. */
  readonly note?: string;
}

/** A line's object; null unless it is written exactly as JSON.stringify writes it, so that no bit of it can differ unseen. */
export function parseLine(bytes: Buffer): object | null {
  if (!isUtf8(bytes)) return null;
  const text = bytes.toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
    return typeof value === 'object' && value !== null && JSON.stringify(value) === text ? value : null;
  } catch {
    // Not JSON, or so deep that it cannot be written again, and so no line of an export.
    return null;
  }
}

export function isLine(value: object): value is ExportLine {
  if (!hasExactly(value, ['seq', 'entry', 'private'], 'proof')) return false;
  const line = value as Record<keyof ExportLine, unknown>;
  return (
    Number.isSafeInteger(line.seq) &&
    (line.seq as number) >= 0 &&
    isText(line.entry) &&
    (line.private === null || isSecret(line.private)) &&
    (line.proof === undefined || isStrings(line.proof))
  );
}

function isSecret(value: unknown): value is Secret {
  if (typeof value !== 'object' || value === null || !hasExactly(value, ['salt', 'values'])) return false;
  const { salt, values } = value as Secret;
  return typeof salt === 'string' && typeof values === 'object' && values !== null;
}

export function isPruned(value: object): value is { pruned: Pruned } {
  if (!hasExactly(value, ['pruned'])) return false;
  const { pruned } = value as { pruned: unknown };
  if (typeof pruned !== 'object' || pruned === null || !hasExactly(pruned, ['size', 'hashes'], 'note'))
    return false;
  const { size, hashes, note } = pruned as Record<keyof Pruned, unknown>;
  return (
    Number.isSafeInteger(size) &&
    (size as number) > 0 &&
    isStrings(hashes) &&
    (note === undefined || isText(note))
  );
}

export function isTrailer(value: object): value is Trailer {
  if (!hasExactly(value, ['checkpoint', 'rows'], 'subject_checkpoint')) return false;
  const { checkpoint, rows, subject_checkpoint: own } = value as Record<keyof Trailer, unknown>;
  return isText(checkpoint) && Number.isSafeInteger(rows) && (own === undefined || isText(own));
}

/** Whether a string has bytes of its own: a lone surrogate would be hashed as the sign that stands for it. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed();
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

export function decodeHash(text: string): Buffer | null {
  const hash = decodeBase64(text);
  return hash?.length === HASH_BYTES ? hash : null;
}
