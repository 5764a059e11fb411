import { type Checkpoint, openCheckpoint } from '../../../../src/audit/merkle/checkpoint.js';
import { type Bytes, bytesOf } from '../../../../src/audit/merkle/platform.js';
import { isConsistent } from '../../../../src/audit/merkle/proofs.js';
import { type NoteVerifier, parseVkey } from '../../../../src/audit/merkle/signed-note.js';
import type { Fault } from '../../../../src/audit/verify/entry-chain.js';
import { decodeHash, isLine, isTrailer, parseLine } from '../../../../src/audit/verify/export-line.js';
import { NoVerdict, type Verdict } from '../../../../src/audit/verify/export-verdict.js';
import { ExportVerifier } from '../../../../src/audit/verify/export-verifier.js';
import { kindFault } from '../../../../src/audit/verify/kind-fault.js';
import { lastLineOf, linesOf, TAIL_BYTES } from '../../../../src/audit/verify/lines.js';

/** An older checkpoint, to which the log has to lead back. */
export interface Older {
  readonly vkey: string;
  readonly note: string;
  /** The consistency proof to the checkpoint of the export, in base64. Empty when there is nothing to prove. */
  readonly proof: readonly string[];
}

export interface ExportTask {
  readonly exported: Blob;
  /** The key of the log. */
  readonly vkey: string;
  /** The user whose entries these should be. Null for the whole log. */
  readonly subject: string | null;
  readonly older: Older | null;
}

/** How far the check is. */
export interface CheckProgress {
  readonly entries: number;
  readonly bytes: number;
}

/**
 * What became of the older checkpoint. `unreadable`: it is not signed with its key. `unjudged`: the export has no
 * checkpoint that could be compared.
 */
export type OlderVerdict = 'none' | 'continued' | 'broken' | 'unreadable' | 'unjudged';

/** What a check has found. */
export interface ExportReport {
  readonly verdict: 'whole' | 'damaged' | 'unclear';
  /** What is wrong with a damaged one. */
  readonly fault: Fault | null;
  /** The wrong entry, as the export has it. */
  readonly entry: string | null;
  /** Why there is no verdict. */
  readonly why: string | null;
  readonly entries: number;
  readonly withheld: number;
  readonly pruned: number;
  readonly older: OlderVerdict;
  /** The checkpoint of the export, as a signed note. Null when it has none with this key. */
  readonly checkpoint: string | null;
  /** The number of entries of the whole log. */
  readonly logSize: number;
}

const CHUNK_BYTES = 1 << 20;
const PROGRESS_LINES = 1000;

/** The checkpoint at the end of an export, without any check. Null when there is none. */
export async function checkpointIn(exported: Blob): Promise<string | null> {
  const value = parseLine(await lastLineIn(exported));
  return value !== null && isTrailer(value) ? value.checkpoint : null;
}

/** Checks an export as the offline verifier does, and against an older checkpoint. */
export async function checkExport(
  { exported, vkey, subject, older }: ExportTask,
  progress: (now: CheckProgress) => void,
): Promise<ExportReport> {
  const verifier = parseVkey(vkey);
  if (verifier === null) return unclear('the key of the log is malformed', older);
  const note = await checkpointIn(exported);
  const opened = note === null ? null : openCheckpoint(note, verifier);
  const checkpoint = opened?.origin === verifier.name ? opened : null;
  const olderVerdict = judgeOlder(older, checkpoint);
  try {
    const verdict = await verify(exported, verifier, progress);
    const fault = verdict.fault ?? claimFault(verdict, subject);
    return {
      verdict: fault === null ? 'whole' : 'damaged',
      fault,
      entry: fault?.seq == null ? null : await entryIn(exported, fault.seq),
      why: null,
      entries: verdict.rows,
      withheld: verdict.withheld,
      pruned: verdict.pruned,
      older: olderVerdict,
      checkpoint: checkpoint === null ? null : note,
      logSize: checkpoint?.size ?? 0,
    };
  } catch (error) {
    if (!(error instanceof NoVerdict)) throw error;
    return unclear(error.message, older);
  }
}

async function verify(
  exported: Blob,
  verifier: NoteVerifier,
  progress: (now: CheckProgress) => void,
): Promise<Verdict> {
  const verification = new ExportVerifier(await lastLineIn(exported), verifier, null);
  let [entries, bytes] = [0, 0];
  for await (const line of linesOf(chunksOf(exported))) {
    if (verification.settled) break;
    verification.take(line);
    bytes += line.length + 1;
    if (++entries % PROGRESS_LINES === 0) progress({ entries, bytes });
  }
  return verification.finish();
}

function claimFault(verdict: Verdict, subject: string | null): Fault | null {
  const fault = kindFault(verdict, subject === null ? 'log' : 'subject');
  if (fault !== null || verdict.subject === subject) return fault;
  return { seq: null, reason: 'the entries are those of another user' };
}

function judgeOlder(older: Older | null, checkpoint: Checkpoint | null): OlderVerdict {
  if (older === null) return 'none';
  const verifier = parseVkey(older.vkey);
  const seen = verifier === null ? null : openCheckpoint(older.note, verifier);
  if (seen === null || seen.origin !== verifier?.name) return 'unreadable';
  if (checkpoint === null) return 'unjudged';
  const proof = older.proof.map(decodeHash);
  const isProof = (hashes: readonly (Bytes | null)[]): hashes is Bytes[] => !hashes.includes(null);
  if (!isProof(proof)) return 'broken';
  return isConsistent(seen.size, checkpoint.size, seen.root, checkpoint.root, proof) ? 'continued' : 'broken';
}

function unclear(why: string, older: Older | null): ExportReport {
  const nothing = {
    fault: null,
    entry: null,
    entries: 0,
    withheld: 0,
    pruned: 0,
    checkpoint: null,
    logSize: 0,
  };
  return { ...nothing, verdict: 'unclear', why, older: older === null ? 'none' : 'unjudged' };
}

/** The text of the entry at a place. Null when there is no line with it. */
async function entryIn(exported: Blob, seq: number): Promise<string | null> {
  for await (const bytes of linesOf(chunksOf(exported))) {
    const line = parseLine(bytes);
    if (line !== null && isLine(line) && line.seq === seq) return line.entry;
  }
  return null;
}

async function lastLineIn(exported: Blob): Promise<Bytes> {
  const tail = exported.slice(Math.max(0, exported.size - TAIL_BYTES));
  return lastLineOf(bytesOf(await tail.arrayBuffer()));
}

/** One chunk is in memory at a time. */
async function* chunksOf(exported: Blob): AsyncGenerator<Bytes> {
  for (let at = 0; at < exported.size; at += CHUNK_BYTES)
    yield bytesOf(await exported.slice(at, at + CHUNK_BYTES).arrayBuffer());
}
