import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { randomOctets } from '../common/random-octets.js';
import { Unsealable } from './unsealable.js';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Version, id of the master key, and nonce, ciphertext and tag as base64url. */
const FORM = /^v1\.([0-9a-f]{8})\.([A-Za-z0-9_-]{38,})$/;
const BEGINNING = /^v1\.[0-9a-f]{8}\./;

/** True for a text that begins like a sealed one. It need not be whole. */
export function isSealedText(text: string): boolean {
  return BEGINNING.test(text);
}

/** A key with the id of the master key that it comes from. */
export interface SealingKey {
  readonly id: string;
  readonly key: KeyObject;
}

/**
 * Seals short values for one purpose: AES-256-GCM with a random nonce, as the text `v1.KEYID.BASE64URL`. At most 2^32 values
 * may be sealed under one key (NIST SP 800-38D, section 8.3).
 */
export class Sealer {
  readonly #keys: ReadonlyMap<string, KeyObject>;

  /** The first key seals, all of them open. */
  constructor(private readonly keys: readonly [SealingKey, ...SealingKey[]]) {
    this.#keys = new Map(keys.map(({ id, key }) => [id, key]));
  }

  /** @param context where the text will stand, such as its table, column and row. It opens in no other place. */
  seal(plain: Uint8Array, context: string): string {
    const [{ id, key }] = this.keys;
    const nonce = randomOctets(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(context));
    const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    return `v1.${id}.${sealed.toString('base64url')}`;
  }

  /** True when a text names the key that seals. It need not be whole. */
  isCurrent(text: string): boolean {
    return text.startsWith(`v1.${this.keys[0].id}.`);
  }

  /** @throws {Unsealable} when it was changed, or was sealed for another place or under another key. */
  open(text: string, context: string): Buffer {
    const [, id, encoded] = FORM.exec(text) ?? [];
    if (id === undefined || encoded === undefined) throw new Unsealable('damaged', null);
    const key = this.#keys.get(id);
    if (key === undefined) throw new Unsealable('unknown_key', id);
    const sealed = Buffer.from(encoded, 'base64url');
    const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(-TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    } catch (error) {
      throw new Unsealable('damaged', id, error);
    }
  }
}
