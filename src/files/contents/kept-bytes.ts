import type { FileVersion } from './file-version.entity.js';

/** Bytes of earlier contents that are kept. What several share, or share with the current content, is counted once. */
export function keptBytesOf(
  earlier: readonly Pick<FileVersion, 'blobKey' | 'size'>[],
  currentBlobKey: string,
): number {
  const sizes = new Map(earlier.map(({ blobKey, size }) => [blobKey, size]));
  sizes.delete(currentBlobKey);
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}
