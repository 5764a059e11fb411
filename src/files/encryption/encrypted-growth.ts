import type { Growth } from '../storage/growing-storage.js';
import { type Segments, sizesOf } from './segments.js';

/** What is stored of an encrypted object that is not complete yet. */
export interface EncryptedGrowth {
  /** Of the ciphertext. */
  readonly inner: Growth;
  /** The data key, sealed under a master key and bound to `boundTo`: the first key of the object at its beginning. */
  readonly wrapped: string;
  readonly boundTo: string;
  readonly segments: Segments;
}

export function growthOf(state: EncryptedGrowth): Growth {
  return { keys: state.inner.keys, size: sizesOf(state.segments).plain, state };
}

export function stateOf({ state }: Growth): EncryptedGrowth {
  return state as EncryptedGrowth;
}
