import { DamagedCiphertext } from '../../encryption/chunked/damaged-ciphertext.js';
import { Unsealable } from '../../encryption/unsealable.js';
import { StorageError } from '../storage/object-storage.js';

/** Turns what decryption throws into a `StorageError` `damaged`. Other errors pass unchanged. */
export async function translatingDamage<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DamagedCiphertext || error instanceof Unsealable)
      throw new StorageError('damaged', error);
    throw error;
  }
}
