import type { CosignedCheckpoint, SignedFront } from './completeness.js';
import type { ExportedEntry } from './exported-entry.js';

/**
 * An entry as a line: its exact text, its personal values with their salt, and its proof when the export is a
 * selection.
 */
export function entryLine({ logged, personal }: ExportedEntry, proof: readonly Buffer[] | null): string {
  const { seq, entry } = logged;
  const personalText =
    personal === undefined
      ? 'null'
      : `{"salt":"${personal.salt.toString('base64')}","values":${JSON.stringify(JSON.parse(personal.values))}}`;
  const proofText = proof === null ? '' : `,"proof":${JSON.stringify(proof.map(toBase64))}`;
  return `{"seq":${seq},"entry":${JSON.stringify(entry)},"private":${personalText}${proofText}}\n`;
}

/** The first line of an export when retention has removed entries from the front of the log. */
export function prunedLine({ size, hashes, note }: SignedFront): string {
  return `${JSON.stringify({ pruned: { size, hashes: hashes.map(toBase64), note } })}\n`;
}

/** The last line of an export. Without it, the export is incomplete. */
export function trailerLine(
  { note, older }: CosignedCheckpoint,
  rows: number,
  subjectCheckpoint: string | undefined,
): string {
  const cosigned = older.map((each) => ({ note: each.note, proof: each.proof.map(toBase64) }));
  const trailer = {
    checkpoint: note,
    rows,
    subject_checkpoint: subjectCheckpoint,
    cosigned: cosigned.length === 0 ? undefined : cosigned,
  };
  return `${JSON.stringify(trailer)}\n`;
}

function toBase64(hash: Buffer): string {
  return hash.toString('base64');
}
