import type { DataSource } from 'typeorm';
import { ConfigError } from '../../config/config-error.js';

/**
 * @throws {ConfigError} when services are connected to this PostgreSQL database. A service is never long without a connection. On SQLite
 * the storage lock tells instead.
 */
export async function requireNoService(database: DataSource, applicationName: string): Promise<void> {
  if (database.options.type !== 'postgres') return;
  const [{ connections }] = await database.query<[{ connections: string }]>(
    `SELECT count(*) AS connections FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = $1`,
    [applicationName],
  );
  if (connections === '0') return;
  throw new ConfigError([
    `the service is running (${connections} connections to the database): stop every process`,
  ]);
}
