import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const OWNER_ONLY = 0o077;
/** What the service keeps in `STORAGE_PATH`. Blobs are many and lie in directories that are closed by the one above them. */
const DIRECTORIES = ['blobs', 'tmp'];
const DIRECTORIES_WITH_FILES = ['database', 'keys', 'witness'];

/**
 * Keeps everybody else of this machine away from what the service stores: from what it will make, SQLite's files included, and
 * from what is there, made by an older version or put back from a copy. `STORAGE_PATH` itself is the operator's.
 * @returns a line for each thing that belongs to somebody else and could not be closed.
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

/** Files of SQLite come and go: what is gone by now is closed. */
function closed(path: string): boolean {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & OWNER_ONLY) === 0) return true;
  try {
    chmodSync(path, mode & 0o700);
    return true;
  } catch {
    // Not ours to change: the operator is told.
    return !isThere(path);
  }
}
