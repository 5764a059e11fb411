import { type Bytes, decodeBase64, isSignature, toHex, toUtf8 } from './platform.js';
import { type NoteVerifier, parseVkey } from './signed-note.js';

/** The algorithm byte of timestamped Ed25519 cosignatures (C2SP tlog-cosignature). */
export const COSIGNATURE_V1 = 0x04;
const KEY_ID_BYTES = 4;
export const TIME_BYTES = 8;
const SIGNATURE_BYTES = 64;
/** The last second that a date can have. */
const MAX_SECONDS = 8_640_000_000_000n;

/** The statement of a witness that it has seen a checkpoint grow out of all that it saw before. */
export interface Cosignature {
  /** The signature line of a note, without its line feed. */
  readonly line: string;
  /** In seconds since 1970. */
  readonly seconds: number;
}

/** Reads the vkey of a witness. Null when it is invalid, or the key of a log. */
export function parseCosignerVkey(vkey: string): NoteVerifier | null {
  return parseVkey(vkey, COSIGNATURE_V1);
}

/**
 * The valid cosignature of this witness among the signature lines of a note with this text. Null when there is
 * none. Lines of other keys are ignored.
 */
export function findCosignature(
  text: string,
  lines: readonly string[],
  verifier: NoteVerifier,
): Cosignature | null {
  for (const line of lines) {
    const seconds = secondsOf(line, text, verifier);
    if (seconds !== null) return { line, seconds };
  }
  return null;
}

function secondsOf(line: string, text: string, verifier: NoteVerifier): number | null {
  const [, name, encoded] = /^— (\S+) (\S+)$/u.exec(line) ?? [];
  const bytes = encoded === undefined ? null : decodeBase64(encoded);
  if (name !== verifier.name || bytes?.length !== KEY_ID_BYTES + TIME_BYTES + SIGNATURE_BYTES) return null;
  if (toHex(bytes.subarray(0, KEY_ID_BYTES)) !== verifier.keyId) return null;
  const time = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(KEY_ID_BYTES);
  if (time > MAX_SECONDS) return null;
  const signature = bytes.subarray(KEY_ID_BYTES + TIME_BYTES);
  return isSignature(signature, signedMessage(text, time), verifier.publicKey) ? Number(time) : null;
}

/** What a cosignature signs: the text of a checkpoint, and when. */
export function signedMessage(text: string, time: bigint): Bytes {
  return toUtf8(`cosignature/v1\ntime ${time}\n${text}`);
}
