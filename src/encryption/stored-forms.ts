import { KeyedHash } from './keyed-hash.js';
import type { MasterKeys } from './master-keys.js';

/**
 * What stands in a column of keyed hashes for a value: its hash under one of the keys, or the value itself, in an installation that
 * is not encrypted or in a row from before it was.
 */
export function storedForms(value: string, keys: MasterKeys | null): string[] {
  if (keys === null) return [value];
  const hashes = keys.hash('address').all(value);
  // A hash that somebody read in the database finds nothing.
  return KeyedHash.isHash(value) ? hashes : [...hashes, value];
}
