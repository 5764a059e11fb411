import { DataSource } from 'typeorm';
import type { AppConfig } from '../config/app-config.js';
import type { MasterKeys } from '../encryption/master-keys.js';
import { dataSourceOptions } from './data-source-options.js';
import { EncryptionState } from './encryption-state.js';
import { migrate } from './migrate.js';
import type { StorageLock } from './storage-lock.js';

/**
 * Connects and migrates. Nothing is written when the installation is not encrypted under the given keys, or when `admit` throws.
 * @param admit is called before anything is written.
 */
export async function openForWriting(
  config: AppConfig,
  keys: MasterKeys | null,
  lock?: StorageLock,
  admit?: (writing: DataSource) => Promise<void>,
): Promise<DataSource> {
  let writing: DataSource | null = null;
  try {
    writing = await new DataSource(dataSourceOptions(config, 'write')).initialize();
    const encryption = new EncryptionState(writing, keys);
    await encryption.require();
    await admit?.(writing);
    await migrate(writing);
    await encryption.keep();
    return writing;
  } catch (error) {
    await writing?.destroy();
    lock?.release();
    throw error;
  }
}
