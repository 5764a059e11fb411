import { createHmac, type KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { SealingKey } from './sealer.js';

const HASH_BYTES = 16;
const FORM = /^h1\.[0-9a-f]{8}\.[A-Za-z0-9_-]{22}$/;
/** The same addresses come again and again. */
const REMEMBERED = 10_000;

/**
 * Hashes short values under keys that are derived from the master keys, so that rows can be found by a value that is sealed. It is
 * HMAC-SHA-256, of which 16 bytes are kept, as the text `h1.KEYID.BASE64URL` of 34 characters.
 */
export class KeyedHash {
  readonly #recent = new LRUCache<string, string>({ max: REMEMBERED });

  /** New rows have the hash under the first key. */
  constructor(private readonly keys: readonly [SealingKey, ...SealingKey[]]) {}

  /** True for a text that has the form of a hash. */
  static isHash(text: string): boolean {
    return FORM.test(text);
  }

  /** The hash under the first key. */
  of(value: string): string {
    const known = this.#recent.get(value);
    if (known !== undefined) return known;
    const hash = hashUnder(this.keys[0], value);
    this.#recent.set(value, hash);
    return hash;
  }

  /** The hashes under all keys, of which a row has one. */
  all(value: string): string[] {
    return this.keys.map((key) => hashUnder(key, value));
  }
}

function hashUnder({ id, key }: { readonly id: string; readonly key: KeyObject }, value: string): string {
  const digest = createHmac('sha256', key).update(value).digest();
  return `h1.${id}.${digest.toString('base64url', 0, HASH_BYTES)}`;
}
