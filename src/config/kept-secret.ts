import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * Returns the secret in the file `path`, and makes it on first use with mode 0600. The file appears complete
 * and synced to disk, or not at all. Of processes that start together only one makes it, and all use the
 * same.
 * @throws errors of the file system.
 */
export function keepSecret(path: string, make: () => string): { secret: string; created: boolean } {
  const created = !existsSync(path) && create(path, make());
  return { secret: readFileSync(path, 'utf8').trim(), created };
}

/**
 * Puts another secret into the file `path`. After a crash, the file has either the old or the new one, complete.
 * @throws errors of the file system.
 */
export function replaceSecret(path: string, secret: string): void {
  const temporary = `${path}.${randomUUID()}`;
  try {
    writeFileSync(temporary, secret, { mode: 0o600, flag: 'wx', flush: true });
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
  syncDirectory(dirname(path));
}

/** @returns false when another process was first. */
function create(path: string, secret: string): boolean {
  const directory = dirname(path);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomUUID()}`;
  try {
    writeFileSync(temporary, secret, { mode: 0o600, flag: 'wx', flush: true });
    // Unlike a rename, a link never replaces an existing file.
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  syncDirectory(directory);
  return true;
}

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
