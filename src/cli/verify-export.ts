import { readFile } from 'node:fs/promises';
import type { Checkpoint } from '../audit/merkle/checkpoint.js';
import { openCheckpoint } from '../audit/merkle/checkpoint.js';
import { parseCosignerVkey } from '../audit/merkle/cosignature.js';
import { type NoteVerifier, parseVkey } from '../audit/merkle/signed-note.js';
import { NoVerdict, type Verdict } from '../audit/verify/export-verdict.js';
import { ExportVerifier } from '../audit/verify/export-verifier.js';
import { lastLineIn, linesIn } from './lines.js';
import { Progress } from './progress.js';

const PROGRESS_LINES = 1000;

/**
 * Verifies an export file.
 * @throws NoVerdict when a file cannot be read, the key is invalid, or the file is not an export.
 */
export async function verifyExport(
  file: string,
  key: string,
  since?: string,
  witnesses: readonly string[] = [],
): Promise<Verdict> {
  const verifier = await readKey(key, parseVkey);
  const cosigners: NoteVerifier[] = [];
  for (const witness of witnesses) cosigners.push(await readKey(witness, parseCosignerVkey));
  const older = since === undefined ? null : await readOlder(since, verifier);
  const { line, size } = await readable(file, () => lastLineIn(file));
  const verification = new ExportVerifier(line, verifier, older, cosigners);
  const progress = new Progress('verified', size);
  let bytes = 0;
  let lines = 0;
  for await (const next of linesIn(file)) {
    if (verification.settled) break;
    verification.take(next);
    bytes += next.length + 1;
    if (++lines % PROGRESS_LINES === 0) progress.update(bytes);
  }
  progress.end();
  return verification.finish();
}

/** A vkey, or a file that contains one. */
async function readKey(key: string, parse: (vkey: string) => NoteVerifier | null): Promise<NoteVerifier> {
  const given = parse(key);
  if (given !== null) return given;
  const kept = parse(await readable(key, () => readFile(key, 'utf8')));
  if (kept === null) throw new NoVerdict(`${key} holds no key`);
  return kept;
}

async function readOlder(file: string, verifier: NoteVerifier): Promise<Checkpoint> {
  const checkpoint = openCheckpoint(await readable(file, () => readFile(file, 'utf8')), verifier);
  // A note about a subject is signed with the same key but has another origin.
  if (checkpoint?.origin !== verifier.name) {
    throw new NoVerdict(`${file} holds no checkpoint signed with this key for this log`);
  }
  return checkpoint;
}

async function readable<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new NoVerdict(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  }
}
