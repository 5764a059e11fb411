import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DataSource } from 'typeorm';
import type { AppConfig } from '../../config/app-config.js';
import { ConfigError } from '../../config/config-error.js';
import { dataSourceOptions } from '../../database/data-source-options.js';
import { futureDatabaseKey, hasDatabaseKey, isPlainDatabase } from '../../database/database-key.js';
import { isLocked } from '../../database/driver-errors.js';
import { EncryptionState } from '../../database/encryption-state.js';
import { migrate } from '../../database/migrate.js';
import { sqliteDriver } from '../../database/sqlite-driver.js';
import type { MasterKeys } from '../../encryption/master-keys.js';
import { writeEncryptedCopy } from './encrypted-copy.js';

/**
 * Puts an encrypted copy in the place of a plain embedded database. After a crash there is either the plain one or the encrypted one,
 * whole, and no service starts with it; the next call goes on. The caller has the storage lock. Does nothing on PostgreSQL, and when it is done.
 * @returns true when it was plain.
 */
export async function encryptEmbeddedDatabase(config: AppConfig, keys: MasterKeys): Promise<boolean> {
  if (config.database.kind !== 'sqlite') return false;
  const { file } = config.database;
  const copy = `${file}.encrypting`;
  for (const path of [copy, `${copy}-journal`]) rmSync(path, { force: true });
  if (!isPlainDatabase(config)) return false;
  if (!hasDatabaseKey(config)) await begin(config, keys);
  const key = futureDatabaseKey(config, keys);
  emptyWriteAheadLog(file);
  writeEncryptedCopy(file, copy, key);
  sync(copy);
  renameSync(copy, file);
  sync(dirname(file));
  return true;
}

/** From now on, no service starts with the plain database either. */
async function begin(config: AppConfig, keys: MasterKeys): Promise<void> {
  const options = dataSourceOptions({ ...config, encryption: null }, 'write');
  const database = await new DataSource(options).initialize();
  try {
    await migrate(database);
    await new EncryptionState(database, keys).begin();
  } finally {
    await database.destroy();
  }
}

/** Leaves the whole database in its one file. */
function emptyWriteAheadLog(file: string): void {
  const connection = new (sqliteDriver())(file);
  try {
    connection.pragma('journal_mode = DELETE');
  } catch (error) {
    if (!isLocked(error)) throw error;
    throw new ConfigError(['the database is in use by another process: end it first']);
  } finally {
    connection.close();
  }
}

/** A file, or the names in a directory. */
function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
