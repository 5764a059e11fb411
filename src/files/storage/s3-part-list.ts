import type { Growth } from './growing-storage.js';

/** What a bucket has of a growing object. */
export interface PartList {
  readonly key: string;
  /** Null until the first part. */
  readonly uploadId: string | null;
  /** The size of every part in the list. */
  readonly partBytes: number;
  /** The number of the next part. */
  readonly next: number;
  /** Number and entity tag of each part, in order. Numbers may be missing. */
  readonly parts: readonly (readonly [number: number, entityTag: string])[];
  /** The object with the bytes after the parts. Null when there are none. With the key of the whole, it is the whole. */
  readonly rest: { readonly key: string; readonly size: number } | null;
}

export function growthOf(list: PartList): Growth {
  const { key, partBytes, parts, rest } = list;
  const size = parts.length * partBytes + (rest?.size ?? 0);
  const keys = rest === null || rest.key === key ? ([key] as const) : ([key, rest.key] as const);
  return { keys, size, state: list };
}

export function partsOf({ state }: Growth): PartList {
  return state as PartList;
}

/** True when the object is whole under its key. */
export function isComplete({ key, rest }: PartList): boolean {
  return rest?.key === key;
}
