import { HASH_BYTES } from './hashing.js';
import { type Bytes, decodeBase64, toBase64 } from './platform.js';
import { type NoteVerifier, openNote, splitNote } from './signed-note.js';

const OWN = /^([^\n]+)\n(0|[1-9]\d{0,15})\n([^\n]+)\n$/;
const FOREIGN = /^([^\n]+)\n(0|[1-9]\d{0,15})\n([^\n]+)\n(?:[^\n]+\n)*$/;

/** The statement of a log: its number of leaves and their root. */
export interface Checkpoint {
  /** The log's name. */
  readonly origin: string;
  readonly size: number;
  readonly root: Bytes;
}

/** A checkpoint with its signed note. */
export interface SignedCheckpoint extends Checkpoint {
  readonly note: string;
}

/** The text of a checkpoint (C2SP tlog-checkpoint): `origin\nsize\nbase64(root)\n`. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/**
 * The checkpoint in a note. Null when the note is not signed with this verifier's key, or is no checkpoint.
 */
export function openCheckpoint(note: string, verifier: NoteVerifier): Checkpoint | null {
  const text = openNote(note, verifier);
  return text === null ? null : parseText(text);
}

/** The checkpoint in a note, without checking the signature. Null when it is no checkpoint. */
export function readCheckpoint(note: string): Checkpoint | null {
  const end = note.lastIndexOf('\n\n');
  return end < 0 ? null : parseText(note.slice(0, end + 1));
}

/**
 * Like `openCheckpoint`, for the log of other software: there may be further lines (C2SP tlog-checkpoint), and the
 * origin must be the name of the key.
 */
export function openForeignCheckpoint(note: string, verifier: NoteVerifier): Checkpoint | null {
  const text = openNote(note, verifier);
  const checkpoint = text === null ? null : parseText(text, FOREIGN);
  return checkpoint?.origin === verifier.name ? checkpoint : null;
}

/** Like `readCheckpoint`, for the log of other software. */
export function readForeignCheckpoint(note: string): Checkpoint | null {
  const text = splitNote(note)?.text;
  return text === undefined ? null : parseText(text, FOREIGN);
}

function parseText(text: string, format = OWN): Checkpoint | null {
  const [, origin, size, encoded] = format.exec(text) ?? [];
  const root = encoded === undefined ? null : decodeBase64(encoded);
  if (root?.length !== HASH_BYTES || !Number.isSafeInteger(Number(size))) return null;
  return { origin: origin!, size: Number(size), root };
}
