import {
  type Bytes,
  concat,
  decodeBase64,
  isSignature,
  sha256,
  toBase64,
  toHex,
  toUtf8,
} from './platform.js';

/** The algorithm byte of Ed25519 (C2SP signed-note). */
export const ED25519 = 0x01;
const KEY_ID_BYTES = 4;
/** The most signatures of a note, so that opening one takes bounded time. C2SP signed-note leaves the number open. */
const MAX_SIGNATURES = 100;

/** A key that verifies notes, with the name in its signature lines. */
export interface NoteVerifier {
  readonly name: string;
  /** 8 hex digits. */
  readonly keyId: string;
  /** The 32 bytes of the Ed25519 key. */
  readonly publicKey: Bytes;
  /** `name+<key id>+base64(algorithm ‖ public key)`: the form in which a key is published. */
  readonly vkey: string;
}

/** A name has no space, no plus and no control character, so that signature lines can be parsed. */
export function isKeyName(name: string): boolean {
  return name !== '' && !/[\s+\p{Cc}]/u.test(name) && name.isWellFormed();
}

/** The verifier for an Ed25519 key. `algorithm` says what it signs. */
export function verifierOf(name: string, publicKey: Bytes, algorithm: number): NoteVerifier {
  const encoded = concat(Uint8Array.of(algorithm), publicKey);
  const keyId = toHex(sha256(concat(toUtf8(`${name}\n`), encoded)).subarray(0, KEY_ID_BYTES));
  return { name, keyId, publicKey, vkey: `${name}+${keyId}+${toBase64(encoded)}` };
}

/** Reads a vkey. Null when it is invalid, of another algorithm, or when its key id does not match its key. */
export function parseVkey(vkey: string, algorithm = ED25519): NoteVerifier | null {
  const [, name, keyId, key] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(vkey.trim()) ?? [];
  const encoded = key === undefined ? null : decodeBase64(key);
  if (encoded?.length !== 33 || encoded[0] !== algorithm) return null;
  const verifier = verifierOf(name!, encoded.subarray(1), algorithm);
  return verifier.keyId === keyId ? verifier : null;
}

/**
 * The text of a note with a valid signature of this verifier. Null when there is none. Signatures of other
 * keys are ignored. A wrong signature of this key makes the note invalid, and so do more than 100 signatures.
 */
export function openNote(note: string, verifier: NoteVerifier): string | null {
  const parts = splitNote(note);
  if (parts === null) return null;
  const { text, lines } = parts;
  let verified = false;
  for (const line of lines) {
    const [, name, encoded] = /^— (\S+) (\S+)$/u.exec(line) ?? [];
    if (encoded === undefined) return null;
    const bytes = decodeBase64(encoded);
    if (bytes === null || bytes.length <= KEY_ID_BYTES) return null;
    if (name !== verifier.name || toHex(bytes.subarray(0, KEY_ID_BYTES)) !== verifier.keyId) continue;
    if (!isSignature(bytes.subarray(KEY_ID_BYTES), toUtf8(text), verifier.publicKey)) return null;
    verified = true;
  }
  return verified ? text : null;
}

/** The text of a note and its signature lines, without any check. Null when it is no note. */
export function splitNote(note: string): { text: string; lines: string[] } | null {
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) return null;
  const lines = note.slice(end + 2, -1).split('\n', MAX_SIGNATURES + 1);
  return lines.length > MAX_SIGNATURES ? null : { text: note.slice(0, end + 1), lines };
}
