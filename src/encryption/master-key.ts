import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** What is sealed. Each purpose has keys of its own, so that nothing sealed for one opens for another. */
export type Purpose =
  | 'installation'
  | 'database key'
  | 'content key'
  | 'upload key'
  | 'audit record'
  | 'audit values'
  | 'session'
  | 'mail'
  | 'upload result'
  | 'factor secret';

/** What is hashed under a key: addresses, so that rows are found by them, and challenges, so that they are known again. */
export type HashPurpose = 'address' | 'passkey challenge';

const KEY_BYTES = 32;
const ID_BYTES = 4;

/** A key of the operator. It encrypts nothing itself: keys for single purposes are derived from it (HKDF-SHA-256). */
export class MasterKey {
  /** Names the key without revealing it: 8 hex digits. */
  readonly id: string;

  /** @param key 32 random bytes. */
  constructor(private readonly key: KeyObject) {
    this.id = this.#derive('id', ID_BYTES).toString('hex');
  }

  /** The key for one purpose (AES-256). */
  subkey(purpose: Purpose): KeyObject {
    return createSecretKey(this.#derive(`seal ${purpose}`, KEY_BYTES));
  }

  /** The key of the hashes for one purpose (HMAC-SHA-256). */
  hashKey(purpose: HashPurpose): KeyObject {
    return createSecretKey(this.#derive(`hash ${purpose}`, KEY_BYTES));
  }

  #derive(info: string, length: number): Buffer {
    return Buffer.from(hkdfSync('sha256', this.key, '', `microservices-api master key: ${info}`, length));
  }
}
