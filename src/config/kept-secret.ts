import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * The secret kept at `path`, made on first use with mode 0600. The file appears with all of its content on disk, or not at
 * all; of processes that start together one makes it, and all have the same.
 * @throws what the file system says.
 */
export function keepSecret(path: string, make: () => string): { secret: string; created: boolean } {
  const created = !existsSync(path) && create(path, make());
  return { secret: readFileSync(path, 'utf8').trim(), created };
}

/** @returns false when another process was first. */
function create(path: string, secret: string): boolean {
  const directory = dirname(path);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomUUID()}`;
  try {
    writeFileSync(temporary, secret, { mode: 0o600, flag: 'wx', flush: true });
    // Unlike a rename, it never takes the place of a file.
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
