import type { AppConfig } from '../config/app-config.js';
import { sealedSize } from '../encryption/chunked/sizes.js';
import type { GrowingStorage } from './storage/growing-storage.js';
import { LocalGrowingStorage } from './storage/local-growing-storage.js';
import { LocalStorage } from './storage/local-storage.js';
import type { ObjectStorage } from './storage/object-storage.js';

/**
 * The storage that the configuration asks for, before anything is encrypted. The AWS SDK takes as long to load as the rest of this project, so it is loaded only when S3 is configured.
 * @param largest plain bytes of an object that is written.
 */
export async function openStorage(
  { storage: { s3, path }, files, encryption }: AppConfig,
  largest = files.maxUploadBytes,
): Promise<ObjectStorage> {
  if (s3 === null) return new LocalStorage(path);
  const { S3Storage } = await import('./storage/s3-storage.js');
  return new S3Storage(s3, storedSize(largest, encryption));
}

/** Like `openStorage`, for objects that arrive in pieces. */
export async function openGrowingStorage(
  { storage: { s3, path }, files, encryption }: AppConfig,
  stored: ObjectStorage,
): Promise<GrowingStorage> {
  if (s3 === null) return new LocalGrowingStorage(path, stored);
  const { S3GrowingStorage } = await import('./storage/s3-growing-storage.js');
  return new S3GrowingStorage(s3, storedSize(files.maxResumableUploadBytes, encryption));
}

function storedSize(bytes: number, encryption: AppConfig['encryption']): number {
  return encryption === null ? bytes : sealedSize(bytes);
}
