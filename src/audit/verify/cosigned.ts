import { type Checkpoint, openCheckpoint } from '../merkle/checkpoint.js';
import { findCosignature } from '../merkle/cosignature.js';
import type { Bytes } from '../merkle/platform.js';
import { isConsistent } from '../merkle/proofs.js';
import { type NoteVerifier, splitNote } from '../merkle/signed-note.js';
import { type CosignedNote, decodeHash, type Trailer } from './export-line.js';

/** How far a witness has seen the log of an export, and when. */
export interface Witnessed {
  readonly name: string;
  /** The number of entries in the newest checkpoint of the export that the witness has cosigned. */
  readonly size: number;
  readonly seconds: number;
}

/** True when an older checkpoint is signed with the log's key, and the log of the export continues it. */
export function isOlder(older: CosignedNote, { size, root }: Checkpoint, verifier: NoteVerifier): boolean {
  const checkpoint = openCheckpoint(older.note, verifier);
  const proof = older.proof.map(decodeHash);
  if (checkpoint?.origin !== verifier.name || checkpoint.size >= size || proof.includes(null)) return false;
  return isConsistent(checkpoint.size, size, checkpoint.root, root, proof as Bytes[]);
}

/**
 * What a witness has seen of the log of an export, whose notes have been checked. Null when it has cosigned
 * none of them.
 */
export function witnessedBy(witness: NoteVerifier, trailer: Trailer, size: number): Witnessed | null {
  const older = (trailer.cosigned ?? []).map(({ note }) => note);
  let newest: Witnessed | null = null;
  for (const note of [trailer.checkpoint, ...older]) {
    const { text, lines } = splitNote(note)!;
    const cosignature = findCosignature(text, lines, witness);
    const seen = note === trailer.checkpoint ? size : Number(text.split('\n')[1]);
    if (cosignature !== null && seen > (newest?.size ?? -1))
      newest = { name: witness.name, size: seen, seconds: cosignature.seconds };
  }
  return newest;
}
