import type { TreeReader } from '../log/tree-reader.js';
import { perfectSubtrees } from '../merkle/tree-geometry.js';
import type { ExportedEntry } from './audit-export.js';

/** One entry as a line: exact text, personal values with their salt, and with a proof when the export is a selection. */
export function entryLine({ logged, secret }: ExportedEntry, proof: readonly Buffer[] | null): string {
  const { seq, entry } = logged;
  const secretText =
    secret === undefined
      ? 'null'
      : `{"salt":"${secret.salt.toString('base64')}","values":${JSON.stringify(JSON.parse(secret.values))}}`;
  const proofText =
    proof === null ? '' : `,"proof":${JSON.stringify(proof.map((hash) => hash.toString('base64')))}`;
  return `{"seq":${seq},"entry":${JSON.stringify(entry)},"private":${secretText}${proofText}}\n`;
}

/** What retention has removed from the front, as the hashes of its perfect subtrees from left to right. */
export async function prunedLine(size: number, reader: TreeReader): Promise<string> {
  const hashes = await reader.hashes(perfectSubtrees({ begin: 0, end: size }));
  return `${JSON.stringify({ pruned: { size, hashes: hashes.map((hash) => hash.toString('base64')) } })}\n`;
}

/** The last line; without it an export broke off. */
export function trailerLine(checkpoint: string, rows: number, subjectCheckpoint: string | null): string {
  const own = subjectCheckpoint === null ? {} : { subject_checkpoint: subjectCheckpoint };
  return `${JSON.stringify({ checkpoint, rows, ...own })}\n`;
}
