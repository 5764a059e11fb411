import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StorageError } from './object-storage.js';
import { shardOf } from './storage-key.js';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Where the bytes of a key are, below the directory `blobs`. */
export function pathOfBlob(blobs: string, key: string): string {
  return join(blobs, shardOf(key), key);
}

/** Makes a directory that survives a power loss. Its parent exists. */
export async function makeDirectory(path: string): Promise<void> {
  const created = await mkdir(path, { recursive: true, mode: 0o700 });
  if (created !== undefined) await syncDirectory(dirname(path));
}

/** Makes new, renamed and removed names in a directory survive a power loss. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Turns an error of the file system into a StorageError. Errors of `source` pass unchanged. */
export function translateFileError(error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined || code === undefined) return error;
  // A directory in the place of an object counts as missing.
  if (code === 'ENOENT' || code === 'EISDIR') return new StorageError('missing', error);
  return new StorageError(FULL.has(code) ? 'full' : 'unavailable', error);
}
