import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AppConfig } from '../config/app-config.js';
import { ConfigError } from '../config/config-error.js';
import { FileLock } from './file-lock.js';

/**
 * Ensures that only one service uses a directory with an embedded database. A second service would treat the
 * uploads of the first as left by a crash. The operator's commands do not take it, so they can run beside the
 * service.
 */
export class StorageLock {
  private constructor(private readonly lock: FileLock | null) {}

  /**
   * @throws {ConfigError} when another process has the lock. On PostgreSQL no lock is taken: several
   * processes may share a directory.
   */
  static take({ database, storage }: AppConfig): StorageLock {
    if (database.kind === 'postgres') return new StorageLock(null);
    const file = join(dirname(database.file), 'service.lock');
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const lock = FileLock.take(file);
    if (lock !== null) return new StorageLock(lock);
    throw new ConfigError([
      `STORAGE_PATH (${storage.path}) is in use by another process: stop it, or use another path`,
    ]);
  }

  release(): void {
    this.lock?.release();
  }
}
