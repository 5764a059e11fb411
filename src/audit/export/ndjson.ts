import type { SignedFront } from './completeness.js';
import type { ExportedEntry } from './exported-entry.js';

/** One entry as a line: exact text, personal values with their salt, and with a proof when the export is a selection. */
export function entryLine({ logged, secret }: ExportedEntry, proof: readonly Buffer[] | null): string {
  const { seq, entry } = logged;
  const secretText =
    secret === undefined
      ? 'null'
      : `{"salt":"${secret.salt.toString('base64')}","values":${JSON.stringify(JSON.parse(secret.values))}}`;
  const proofText = proof === null ? '' : `,"proof":${JSON.stringify(proof.map(toBase64))}`;
  return `{"seq":${seq},"entry":${JSON.stringify(entry)},"private":${secretText}${proofText}}\n`;
}

/** The first line where retention has removed entries from the front. */
export function prunedLine({ size, hashes, note }: SignedFront): string {
  return `${JSON.stringify({ pruned: { size, hashes: hashes.map(toBase64), note } })}\n`;
}

/** The last line; without it an export broke off. */
export function trailerLine(checkpoint: string, rows: number, subjectCheckpoint: string | undefined): string {
  return `${JSON.stringify({ checkpoint, rows, subject_checkpoint: subjectCheckpoint })}\n`;
}

function toBase64(hash: Buffer): string {
  return hash.toString('base64');
}
