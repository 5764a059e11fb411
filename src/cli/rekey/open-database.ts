import { DataSource } from 'typeorm';
import type { AppConfig } from '../../config/app-config.js';
import { dataSourceOptions } from '../../database/data-source-options.js';
import { openForWriting } from '../../database/open-for-writing.js';
import { StorageLock } from '../../database/storage-lock.js';
import { Transactions } from '../../database/transactions.js';
import type { MasterKeys } from '../../encryption/master-keys.js';

/** The database with the same connections as in the service. */
export interface OpenDatabase {
  readonly writing: DataSource;
  readonly reading: DataSource;
  readonly transactions: Transactions;
}

/**
 * Opens and migrates the database, calls `work`, and closes it. An embedded database is for this process alone meanwhile.
 * @param admit is called before anything is written.
 * @throws {ConfigError} when another process has the embedded database, or when the keys are not those of the installation.
 */
export async function withDatabase<T>(
  config: AppConfig,
  keys: MasterKeys | null,
  work: (database: OpenDatabase) => Promise<T>,
  admit?: (writing: DataSource) => Promise<void>,
): Promise<T> {
  const lock = StorageLock.take(config);
  const writing = await openForWriting(config, keys, lock, admit);
  const transactions = new Transactions(writing);
  try {
    const reading = await new DataSource(dataSourceOptions(config, 'read')).initialize();
    try {
      return await work({ writing, reading, transactions });
    } finally {
      await reading.destroy();
    }
  } finally {
    await transactions.emptyWriteAheadLog();
    await writing.destroy();
    lock.release();
  }
}
