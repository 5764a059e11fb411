import { NO_USAGE, type Usage } from '../quota/usage.js';
import type { StoredFile } from './stored-file.entity.js';

/** What a file counts for its owner: its current content and the earlier ones that are kept. */
export function footprintOf({
  size,
  keptBytes,
  trashedAt,
}: Pick<StoredFile, 'size' | 'keptBytes' | 'trashedAt'>): Usage {
  return trashedAt === null
    ? { ...NO_USAGE, files: size, versions: keptBytes }
    : { ...NO_USAGE, trash: size + keptBytes };
}
