import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AppConfig } from '../config/app-config.js';
import { ConfigError } from '../config/load-config.js';
import { isLocked } from './driver-errors.js';
import { type SqliteConnection, sqliteDriver } from './sqlite-driver.js';

/**
 * Says that one service runs on a directory with an embedded database: a second would take the first one's uploads for
 * left behind by a crash. It is SQLite's own lock on a small file of its own, which the kernel ends with the process
 * however that ends. The operator's commands do not take it: they may run beside the service.
 */
export class StorageLock {
  private constructor(private readonly connection: SqliteConnection | null) {}

  /** @throws {ConfigError} when another process has it. On PostgreSQL several processes may share a directory. */
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
        `STORAGE_PATH (${storage.path}) is in use by another process: stop it, or give this one a path of its own`,
      ]);
    }
    return new StorageLock(connection);
  }

  release(): void {
    this.connection?.close();
  }
}
