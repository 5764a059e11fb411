import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Sealer } from '../../encryption/sealer.js';
import { type GrowingObject, GrowingStorage, type Growth, type NewKey } from '../storage/growing-storage.js';
import { StorageError } from '../storage/object-storage.js';
import type { ContentKeys } from './content-keys.js';
import { translatingDamage } from './damage.js';
import { EncryptedGrowingObject } from './encrypted-growing-object.js';
import { type EncryptedGrowth, growthOf, stateOf } from './encrypted-growth.js';
import { newDataKey } from './encrypted-storage.js';
import { MOST_RUNS, sizesOf } from './segments.js';

/**
 * Encrypts the growing objects of another storage, each under a random key of its own, which its growth has. Complete objects are
 * opened by the `EncryptedStorage` with the same keys. Errors of the database pass unchanged.
 */
export class EncryptedGrowingStorage extends GrowingStorage {
  constructor(
    private readonly inner: GrowingStorage,
    private readonly keys: ContentKeys,
    private readonly sealer: Sealer,
  ) {
    super();
  }

  override begin(key: string): Growth {
    const wrapped = this.sealer.seal(newDataKey().export(), key);
    return growthOf({ inner: this.inner.begin(key), wrapped, boundTo: key, segments: [] });
  }

  /** Whoever opens it adds at most one run of segments. @throws {StorageError} also `scattered`, when there is no room for one. */
  override async open(growth: Growth, disputed: boolean, newKey: NewKey): Promise<GrowingObject> {
    const state = stateOf(growth);
    if (state.segments.length >= MOST_RUNS)
      throw new StorageError(
        'scattered',
        new Error(`the object came in ${MOST_RUNS} parts of changing sizes`),
      );
    const dataKey = await this.#dataKeyOf(state);
    const object = await this.inner.open(state.inner, disputed, newKey);
    return new EncryptedGrowingObject(object, dataKey, this.#underFirstKey(state, dataKey));
  }

  /** The key is kept after the object is complete: what is repeated replaces it. */
  override async finish(growth: Growth, newKey: NewKey): Promise<Growth> {
    const state = stateOf(growth);
    const dataKey = await this.#dataKeyOf(state);
    const inner = await this.inner.finish(state.inner, newKey);
    await this.keys.keep(inner.keys[0], { dataKey, segments: state.segments });
    return growthOf({ ...this.#underFirstKey(state, dataKey), inner });
  }

  /** Whoever holds an upload records it again and again, also after `rekey` has sealed the key in its row under the first key. */
  #underFirstKey(state: EncryptedGrowth, dataKey: KeyObject): EncryptedGrowth {
    if (this.sealer.isCurrent(state.wrapped)) return state;
    return { ...state, wrapped: this.sealer.seal(dataKey.export(), state.boundTo) };
  }

  async #dataKeyOf({ wrapped, boundTo, inner, segments }: EncryptedGrowth): Promise<KeyObject> {
    if (sizesOf(segments).sealed !== inner.size)
      throw new StorageError('damaged', new Error('the segments have not the recorded size'));
    return createSecretKey(await translatingDamage(() => this.sealer.open(wrapped, boundTo)));
  }
}
