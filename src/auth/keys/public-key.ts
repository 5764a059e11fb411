import { createPublicKey, type KeyObject } from 'node:crypto';

const BEGIN = '-----BEGIN PUBLIC KEY-----';
const END = '-----END PUBLIC KEY-----';
/** What every Ed25519 key begins with: its SPKI up to the 32 bytes of the key (RFC 8410, section 4). */
const ED25519 = 'MCowBQYDK2VwAyEA';

/** An Ed25519 public key as PEM. No other key has this form. */
export const PUBLIC_KEY_PEM = new RegExp(
  `^${BEGIN}\\r?\\n${ED25519}[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=\\r?\\n${END}(?:\\r?\\n)?$`,
);

/** The stored form of a key in PEM: the base64 of its SPKI. */
export function fromPem(pem: string): string {
  return pem.split('\n')[1]!.trim();
}

/** A stored key as PEM. */
export function toPem(stored: string): string {
  return `${BEGIN}\n${stored}\n${END}\n`;
}

/** A stored key, to verify with. */
export function toKeyObject(stored: string): KeyObject {
  return createPublicKey({ key: Buffer.from(stored, 'base64'), format: 'der', type: 'spki' });
}
