import { HASH_BYTES } from '../merkle/hashing.js';
import { type Bytes, decodeBase64, fromUtf8 } from '../merkle/platform.js';
import type { Personal } from './entry-chain.js';
import { hasExactly } from './has-exactly.js';

/** A line with one entry of an export. */
export interface ExportLine {
  readonly seq: number;
  readonly entry: string;
  readonly private: Personal | null;
  readonly proof?: readonly string[];
}

/** The last line of an export. */
export interface Trailer {
  readonly checkpoint: string;
  readonly rows: number;
  readonly subject_checkpoint?: string;
  /** Older checkpoints with cosignatures of outside witnesses. */
  readonly cosigned?: readonly CosignedNote[];
}

/** An older checkpoint, and the proof that the checkpoint of the export continues it. */
export interface CosignedNote {
  readonly note: string;
  readonly proof: readonly string[];
}

/** The line about entries that retention has removed from the front. */
export interface Pruned {
  readonly size: number;
  readonly hashes: readonly string[];
  /** Absent in the earlier format: then the number is not signed. */
  readonly note?: string;
}

/**
 * The object of a line. Null unless the line is exactly what JSON.stringify writes, so that no change of a
 * single bit goes unnoticed.
 */
export function parseLine(bytes: Bytes): object | null {
  const text = fromUtf8(bytes);
  if (text === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
    return typeof value === 'object' && value !== null && JSON.stringify(value) === text ? value : null;
  } catch {
    // Not JSON, or nested too deeply: not a line of an export.
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
    (line.private === null || isPersonal(line.private)) &&
    (line.proof === undefined || isStrings(line.proof))
  );
}

function isPersonal(value: unknown): value is Personal {
  if (typeof value !== 'object' || value === null || !hasExactly(value, ['salt', 'values'])) return false;
  const { salt, values } = value as Personal;
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
  if (!hasExactly(value, ['checkpoint', 'rows'], 'subject_checkpoint', 'cosigned')) return false;
  const { checkpoint, rows, subject_checkpoint: own, cosigned } = value as Record<keyof Trailer, unknown>;
  return (
    isText(checkpoint) &&
    Number.isSafeInteger(rows) &&
    (own === undefined || isText(own)) &&
    (cosigned === undefined || (Array.isArray(cosigned) && cosigned.every(isCosigned)))
  );
}

function isCosigned(value: unknown): value is CosignedNote {
  if (typeof value !== 'object' || value === null || !hasExactly(value, ['note', 'proof'])) return false;
  const { note, proof } = value as Record<keyof CosignedNote, unknown>;
  return isText(note) && isStrings(proof);
}

/** True for a well-formed string. A lone surrogate has no UTF-8 bytes and would be hashed as U+FFFD. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed();
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

export function decodeHash(text: string): Bytes | null {
  const hash = decodeBase64(text);
  return hash?.length === HASH_BYTES ? hash : null;
}
