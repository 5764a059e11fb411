import type { KeyObject } from 'node:crypto';
import { ConfigError } from '../config/config-error.js';
import { isNotADatabase } from './driver-errors.js';
import type { SqliteConnection } from './sqlite-driver.js';

/**
 * Encrypts everything that this connection writes, in the format of SQLCipher 4: database, write-ahead log and journals. What SQLite
 * would put into temporary files stays in memory. Comes first on a connection. The key is in no statement, so no message shows it.
 * @param key 32 random bytes, used as they are (a raw key).
 * @throws {ConfigError} when the database was encrypted under another key. Nothing is written then.
 */
export function applyCipher(connection: SqliteConnection, key: KeyObject): void {
  connection.pragma("cipher = 'sqlcipher'");
  connection.pragma('legacy = 4');
  connection.key(Buffer.from(`x'${key.export().toString('hex')}'`));
  connection.pragma('temp_store = MEMORY');
  try {
    // Reads the first page, which also verifies its authentication code.
    connection.pragma('schema_version');
  } catch (error) {
    connection.close();
    if (!isNotADatabase(error)) throw error;
    throw new ConfigError([
      'the database and STORAGE_PATH/keys/database-key do not belong together, or the database is damaged: restore both of one backup',
    ]);
  }
}
