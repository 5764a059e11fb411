import { errors } from '../../common/refusals/errors.js';
import { StorageError } from '../storage/object-storage.js';

/** Turns an error of the storage into a refusal. Returns every other error unchanged. */
export function translateStorageError(error: unknown): unknown {
  if (!(error instanceof StorageError)) return error;
  switch (error.reason) {
    case 'full':
      return errors.storageFull(error);
    case 'missing':
    case 'damaged':
      return errors.fileUnavailable(error);
    case 'scattered':
      return errors.tooManyParts(error);
    case 'unavailable':
      return errors.storageUnavailable(error);
  }
}
