import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { type Checkpoint, checkpointText } from './checkpoint.js';
import { COSIGNATURE_V1, signedMessage, TIME_BYTES } from './cosignature.js';
import { ED25519, type NoteVerifier, verifierOf } from './signed-note.js';

/** The bytes of a public key at the end of its SubjectPublicKeyInfo (RFC 8410, section 4). */
const KEY_BYTES = 32;

/** The verifier for an Ed25519 key, private or public. `algorithm` says what it signs: notes, if not given. */
export function noteVerifier(name: string, key: KeyObject, algorithm = ED25519): NoteVerifier {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return verifierOf(name, publicKey.export({ type: 'spki', format: 'der' }).subarray(-KEY_BYTES), algorithm);
}

/** The verifier of a witness with this name and Ed25519 key, private or public. */
export function cosignerVerifier(name: string, key: KeyObject): NoteVerifier {
  return noteVerifier(name, key, COSIGNATURE_V1);
}

/** Caches the verifier of a signing key, because a log signs often and always with the same key. */
const verifiers = new WeakMap<KeyObject, NoteVerifier>();

function knownVerifier(name: string, privateKey: KeyObject): NoteVerifier {
  const known = verifiers.get(privateKey);
  if (known?.name === name) return known;
  const verifier = noteVerifier(name, privateKey);
  verifiers.set(privateKey, verifier);
  return verifier;
}

/** Signs `text`, which ends with a line break: `text`, an empty line and one signature line (C2SP signed-note). */
export function signNote(text: string, name: string, privateKey: KeyObject): string {
  const signature = sign(null, Buffer.from(text), privateKey);
  const keyId = Buffer.from(knownVerifier(name, privateKey).keyId, 'hex');
  return `${text}\n— ${name} ${Buffer.concat([keyId, signature]).toString('base64')}\n`;
}

/** Signs a checkpoint (C2SP tlog-checkpoint): `origin\nsize\nbase64(root)\n` as a signed note. */
export function signCheckpoint(checkpoint: Checkpoint, keyName: string, privateKey: KeyObject): string {
  return signNote(checkpointText(checkpoint), keyName, privateKey);
}

/** Cosigns the text of a checkpoint, which ends with a line feed. @returns a signature line with a line feed. */
export function cosign(text: string, name: string, privateKey: KeyObject, seconds: number): string {
  const { keyId } = cosignerVerifier(name, privateKey);
  const time = Buffer.alloc(TIME_BYTES);
  time.writeBigUInt64BE(BigInt(seconds));
  const signature = sign(null, signedMessage(text, BigInt(seconds)), privateKey);
  return `— ${name} ${Buffer.concat([Buffer.from(keyId, 'hex'), time, signature]).toString('base64')}\n`;
}
