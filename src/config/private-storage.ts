import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const OWNER_ONLY = 0o077;
/**
 * The directories in `STORAGE_PATH`. Blobs are many: only their top directories are closed, not each blob.
 */
const DIRECTORIES = ['blobs', 'tmp'];
const DIRECTORIES_WITH_FILES = ['database', 'keys', 'witness'];

/**
 * Denies other users of this machine access to the stored files: to new ones by the umask (SQLite's files
 * too), and to existing ones, which an older version or a restored copy may have left open. `STORAGE_PATH`
 * itself belongs to the operator.
 * @returns one line for each path that belongs to another user and could not be closed.
 */
export function keepStoragePrivate(path: string): string[] {
  process.umask(OWNER_ONLY);
  const directories = [...DIRECTORIES, ...DIRECTORIES_WITH_FILES]
    .map((name) => join(path, name))
    .filter(isThere);
  const files = DIRECTORIES_WITH_FILES.map((name) => join(path, name))
    .filter(isThere)
    .flatMap((directory) => readdirSync(directory).map((name) => join(directory, name)));
  return [...directories, ...files]
    .filter((entry) => !closed(entry))
    .map((entry) => `others may read ${entry}`);
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** True when others have no access. SQLite's files come and go, so a missing file counts as closed. */
function closed(path: string): boolean {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & OWNER_ONLY) === 0) return true;
  try {
    chmodSync(path, mode & 0o700);
    return true;
  } catch {
    // The file belongs to another user. The operator gets a warning.
    return !isThere(path);
  }
}
