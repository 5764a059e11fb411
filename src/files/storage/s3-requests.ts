import { S3ServiceException } from '@aws-sdk/client-s3';
import { StorageError } from './object-storage.js';
import { SILENT_MS, SilentBucket } from './s3-clients.js';
import { checkedKey } from './storage-key.js';

/** The names of all objects begin with this. */
export const PREFIX = 'blobs/';
/** The smallest part that S3 allows, except for the last one. */
export const LEAST_PART_BYTES = 5 * 1024 * 1024;
/** The greatest number of a part. */
export const MOST_PARTS = 10_000;

/** Aborts a request and its retries when there is no answer in time. */
export async function inTime<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = new AbortController();
  // Cleared when the answer begins: its body may take longer.
  const timer = setTimeout(() => deadline.abort(new SilentBucket()), SILENT_MS);
  try {
    return await ask(deadline.signal);
  } finally {
    clearTimeout(timer);
  }
}

/** The name of the object of a key. */
export function objectName(key: string): string {
  return `${PREFIX}${checkedKey(key)}`;
}

/** Turns an error of the vendor into a StorageError. */
export function translateS3Error(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const name = error instanceof S3ServiceException ? error.name : '';
  if (name === 'NoSuchKey' || name === 'NotFound') return new StorageError('missing', error);
  // The object is shorter than what was stored.
  if (name === 'InvalidRange') return new StorageError('damaged', error);
  if (name === 'QuotaExceeded' || name === 'InsufficientStorage') return new StorageError('full', error);
  return new StorageError('unavailable', error);
}
