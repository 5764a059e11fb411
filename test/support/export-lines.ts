import { readCheckpoint } from '../../src/audit/merkle/checkpoint.js';
import type { NoteVerifier } from '../../src/audit/merkle/signed-note.js';
import type { Verdict } from '../../src/audit/verify/export-verdict.js';
import { ExportVerifier } from '../../src/audit/verify/export-verifier.js';

type Members = Record<string, unknown>;

/** Verifies the lines of an export as the command does. */
export function verifyLines(
  { verifier }: { verifier: NoteVerifier },
  lines: readonly (string | Buffer)[],
  since?: string,
  witnesses: readonly NoteVerifier[] = [],
): Verdict {
  const bytes = lines.map((line) => Buffer.from(line as string));
  const older = since === undefined ? null : readCheckpoint(since);
  const verification = new ExportVerifier(bytes.at(-1) ?? Buffer.alloc(0), verifier, older, witnesses);
  for (const line of bytes) {
    if (verification.settled) break;
    verification.take(line);
  }
  return verification.finish();
}

/** Changes the object in a line. */
export function edit(line: string, change: (value: Members) => object): string {
  return JSON.stringify(change(JSON.parse(line) as Members));
}

/** Changes members of the entry in a line. */
export function editEntry(line: string, change: object): string {
  return edit(line, (value) => ({
    ...value,
    entry: JSON.stringify({ ...(JSON.parse(value.entry as string) as object), ...change }),
  }));
}

/** Sets `rows` in the last line to the real number of lines, when it is a line with a checkpoint. */
export function withRows(lines: readonly string[]): string[] {
  if (!lines.at(-1)?.startsWith('{"checkpoint"')) return [...lines];
  const rows = lines.slice(0, -1).filter((line) => !line.startsWith('{"pruned"')).length;
  return [...lines.slice(0, -1), edit(lines.at(-1)!, (value) => ({ ...value, rows }))];
}
