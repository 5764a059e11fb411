import type { KeyObject } from 'node:crypto';
import { KeyedHash } from './keyed-hash.js';
import { type HashPurpose, MasterKey, type Purpose } from './master-key.js';
import { Sealer } from './sealer.js';

/**
 * The keys of an encrypted installation: the first encrypts, all of them decrypt. Injected as null when the installation is not
 * encrypted: `@Inject(MasterKeys) keys: MasterKeys | null`.
 */
export class MasterKeys {
  readonly #sealers = new Map<Purpose, Sealer>();
  readonly #hashes = new Map<HashPurpose, KeyedHash>();

  private constructor(private readonly keys: readonly [MasterKey, ...MasterKey[]]) {}

  /** @param keys 32 random bytes each. Null without any. */
  static of(keys: readonly [KeyObject, ...KeyObject[]] | null): MasterKeys | null {
    if (keys === null) return null;
    const [first, ...rest] = keys;
    return new MasterKeys([new MasterKey(first), ...rest.map((key) => new MasterKey(key))]);
  }

  /** The id of the key that encrypts. */
  get currentId(): string {
    return this.keys[0].id;
  }

  /** What seals values for one purpose. */
  sealer(purpose: Purpose): Sealer {
    const known = this.#sealers.get(purpose);
    if (known !== undefined) return known;
    const sealingKey = (key: MasterKey) => ({ id: key.id, key: key.subkey(purpose) });
    const [first, ...rest] = this.keys;
    const sealer = new Sealer([sealingKey(first), ...rest.map(sealingKey)]);
    this.#sealers.set(purpose, sealer);
    return sealer;
  }

  /** The keys of the hashes for one purpose (HMAC-SHA-256), of each master key in order. */
  macKeys(purpose: HashPurpose): readonly [KeyObject, ...KeyObject[]] {
    const [first, ...rest] = this.keys;
    return [first.hashKey(purpose), ...rest.map((key) => key.hashKey(purpose))];
  }

  /** The hashes of values for one purpose. */
  hash(purpose: HashPurpose): KeyedHash {
    const known = this.#hashes.get(purpose);
    if (known !== undefined) return known;
    const hashKey = (key: MasterKey) => ({ id: key.id, key: key.hashKey(purpose) });
    const [first, ...rest] = this.keys;
    const hash = new KeyedHash([hashKey(first), ...rest.map(hashKey)]);
    this.#hashes.set(purpose, hash);
    return hash;
  }
}
