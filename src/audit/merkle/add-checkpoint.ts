import { decodeBase64 } from './platform.js';
import { HASH_BYTES } from './hashing.js';

/** More hashes than any consistency proof has (C2SP tlog-witness). */
const MAX_HASHES = 63;

/** What a log sends to a witness: a checkpoint, and the proof that it continues the one of `old` leaves. */
export interface AddCheckpoint {
  readonly old: number;
  readonly proof: readonly Buffer[];
  /** The signed note. */
  readonly note: string;
}

/** The body of an `add-checkpoint` request (C2SP tlog-witness). */
export function writeAddCheckpoint({ old, proof, note }: AddCheckpoint): string {
  const hashes = proof.map((hash) => `${hash.toString('base64')}\n`).join('');
  return `old ${old}\n${hashes}\n${note}`;
}

/** Reads the body of an `add-checkpoint` request. Null when it is malformed. */
export function readAddCheckpoint(body: string): AddCheckpoint | null {
  const end = body.indexOf('\n\n');
  if (end < 0) return null;
  const [first = '', ...hashes] = body.slice(0, end).split('\n', MAX_HASHES + 2);
  const [, size] = /^old (0|[1-9]\d{0,15})$/.exec(first) ?? [];
  const proof = hashes.map((hash) => decodeBase64(hash));
  const isProof = (found: readonly (Buffer | null)[]): found is Buffer[] =>
    found.every((hash) => hash?.length === HASH_BYTES);
  if (size === undefined || proof.length > MAX_HASHES || !isProof(proof)) return null;
  return Number.isSafeInteger(Number(size)) ? { old: Number(size), proof, note: body.slice(end + 2) } : null;
}
