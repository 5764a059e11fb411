import { expect, it } from '@jest/globals';
import { translateStorageError } from './storage-refusals.js';
import { StorageError } from '../storage/object-storage.js';

it.each([
  ['full', 507],
  ['missing', 503],
  ['damaged', 503],
  ['scattered', 413],
  ['unavailable', 503],
] as const)('tells a client of a storage that is %s with %i', (reason, status) => {
  expect(translateStorageError(new StorageError(reason))).toMatchObject({ status });
});
