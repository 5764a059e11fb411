import type { KeyObject } from 'node:crypto';
import { decodeBase64 } from './base64.js';
import { HASH_BYTES } from './hashing.js';
import { type NoteVerifier, openNote, signNote } from './signed-note.js';

/** The statement of a log: its number of leaves and their root. */
export interface Checkpoint {
  /** The log's name. */
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

/** A checkpoint with its signed note. */
export interface SignedCheckpoint extends Checkpoint {
  readonly note: string;
}

/** Signs a checkpoint (C2SP tlog-checkpoint): `origin\nsize\nbase64(root)\n` as a signed note. */
export function signCheckpoint(checkpoint: Checkpoint, keyName: string, privateKey: KeyObject): string {
  const { origin, size, root } = checkpoint;
  return signNote(`${origin}\n${size}\n${root.toString('base64')}\n`, keyName, privateKey);
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

function parseText(text: string): Checkpoint | null {
  const [, origin, size, encoded] = /^([^\n]+)\n(0|[1-9]\d{0,15})\n([^\n]+)\n$/.exec(text) ?? [];
  const root = encoded === undefined ? null : decodeBase64(encoded);
  if (root?.length !== HASH_BYTES || !Number.isSafeInteger(Number(size))) return null;
  return { origin: origin!, size: Number(size), root };
}
