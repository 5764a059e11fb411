import { DataSource } from 'typeorm';
import { loadConfig } from '../../src/config/load-config.js';
import { dataSourceOptions } from '../../src/database/data-source-options.js';
import { ENCRYPTION } from './encryption-key.js';

/** Reads the database of a service that runs in another process, with the same environment. */
export function openDatabaseOf(
  environment: Record<string, string>,
  mode: 'read' | 'write' = 'read',
): Promise<DataSource> {
  const config = loadConfig({ NODE_ENV: 'test', ...ENCRYPTION, ...environment });
  return new DataSource(dataSourceOptions(config, mode)).initialize();
}
