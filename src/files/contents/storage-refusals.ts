import { errors } from '../../common/refusals/errors.js';
import { StorageError } from '../storage/object-storage.js';

/** What a client is told of a storage's error; every other error is returned as it is. */
export function translateStorageError(error: unknown): unknown {
  if (!(error instanceof StorageError)) return error;
  switch (error.reason) {
    case 'full':
      return errors.storageFull(error);
    case 'missing':
      return errors.fileUnavailable(error);
    case 'unavailable':
      return errors.storageUnavailable(error);
  }
}
