import { isLocked } from './driver-errors.js';
import { type SqliteConnection, sqliteDriver } from './sqlite-driver.js';

/**
 * A lock that one process has, and no other until it is released or the process ends, by `kill -9` too. It is SQLite's own lock on
 * a small file that is there for nothing else.
 */
export class FileLock {
  private constructor(private readonly connection: SqliteConnection) {}

  /** Null when another process has the lock. The folder of `file` must be there. */
  static take(file: string): FileLock | null {
    const connection = new (sqliteDriver())(file, { timeout: 0 });
    try {
      connection.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
      return new FileLock(connection);
    } catch (error) {
      connection.close();
      if (isLocked(error)) return null;
      throw error;
    }
  }

  release(): void {
    this.connection.close();
  }
}
