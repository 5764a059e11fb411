import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AppConfig } from '../config/app-config.js';
import { ConfigError } from '../config/config-error.js';
import { isLocked } from './driver-errors.js';
import { type SqliteConnection, sqliteDriver } from './sqlite-driver.js';

/**
 * Ensures that only one service uses a directory with an embedded database. A second service would treat the
 * uploads of the first as left by a crash. The lock is SQLite's own lock on a small separate file, which the
 * kernel releases when the process ends. The operator's commands do not take it, so they can run beside the
 * service.
 */
export class StorageLock {
  private constructor(private readonly connection: SqliteConnection | null) {}

  /**
   * @throws {ConfigError} when another process has the lock. On PostgreSQL no lock is taken: several
   * processes may share a directory.
   */
  static take({ database, storage }: AppConfig): StorageLock {
    if (database.kind === 'postgres') return new StorageLock(null);
    const file = join(dirname(database.file), 'service.lock');
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const connection = new (sqliteDriver())(file, { timeout: 0 });
    try {
      connection.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    } catch (error) {
      connection.close();
      if (!isLocked(error)) throw error;
      throw new ConfigError([
        `STORAGE_PATH (${storage.path}) is in use by another process: stop it, or use another path`,
      ]);
    }
    return new StorageLock(connection);
  }

  release(): void {
    this.connection?.close();
  }
}
