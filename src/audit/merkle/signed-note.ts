import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { decodeBase64 } from './base64.js';

/** The algorithm byte of Ed25519 (C2SP signed-note). */
const ED25519 = 0x01;
const KEY_ID_BYTES = 4;
/** The most signatures of a note, so that opening one takes bounded time. C2SP signed-note leaves the number open. */
const MAX_SIGNATURES = 100;
/** The bytes before the 32 bytes of an Ed25519 public key in SubjectPublicKeyInfo (RFC 8410, section 4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** A key that verifies notes, with the name in its signature lines. */
export interface NoteVerifier {
  readonly name: string;
  /** 8 hex digits. */
  readonly keyId: string;
  readonly publicKey: KeyObject;
  /** `name+<key id>+base64(algorithm ‖ public key)`: the form in which a key is published. */
  readonly vkey: string;
}

/** A name has no space, no plus and no control character, so that signature lines can be parsed. */
export function isKeyName(name: string): boolean {
  return name !== '' && !/[\s+\p{Cc}]/u.test(name) && name.isWellFormed();
}

/** The verifier for an Ed25519 key, private or public. `algorithm` says what it signs: notes, if not given. */
export function noteVerifier(name: string, key: KeyObject, algorithm = ED25519): NoteVerifier {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(SPKI_PREFIX.length);
  const encoded = Buffer.concat([Buffer.of(algorithm), raw]);
  const keyId = createHash('sha256')
    .update(`${name}\n`)
    .update(encoded)
    .digest()
    .subarray(0, KEY_ID_BYTES)
    .toString('hex');
  return { name, keyId, publicKey, vkey: `${name}+${keyId}+${encoded.toString('base64')}` };
}

/** Reads a vkey. Null when it is invalid, of another algorithm, or when its key id does not match its key. */
export function parseVkey(vkey: string, algorithm = ED25519): NoteVerifier | null {
  const [, name, keyId, key] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(vkey.trim()) ?? [];
  const encoded = key === undefined ? null : decodeBase64(key);
  if (encoded?.length !== 33 || encoded[0] !== algorithm) return null;
  const publicKey = createPublicKey({
    key: Buffer.concat([SPKI_PREFIX, encoded.subarray(1)]),
    format: 'der',
    type: 'spki',
  });
  const verifier = noteVerifier(name!, publicKey, algorithm);
  return verifier.keyId === keyId ? verifier : null;
}

/** Caches the verifier of a signing key, because a log signs often and always with the same key. */
const verifiers = new WeakMap<KeyObject, NoteVerifier>();

function verifierOf(name: string, privateKey: KeyObject): NoteVerifier {
  const known = verifiers.get(privateKey);
  if (known?.name === name) return known;
  const verifier = noteVerifier(name, privateKey);
  verifiers.set(privateKey, verifier);
  return verifier;
}

/** Signs `text`, which ends with a line break: `text`, an empty line and one signature line (C2SP signed-note). */
export function signNote(text: string, name: string, privateKey: KeyObject): string {
  const signature = sign(null, Buffer.from(text), privateKey);
  const keyId = Buffer.from(verifierOf(name, privateKey).keyId, 'hex');
  return `${text}\n— ${name} ${Buffer.concat([keyId, signature]).toString('base64')}\n`;
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
    if (name !== verifier.name || bytes.subarray(0, KEY_ID_BYTES).toString('hex') !== verifier.keyId)
      continue;
    if (!verify(null, Buffer.from(text), verifier.publicKey, bytes.subarray(KEY_ID_BYTES))) return null;
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
