import type { EntityManager } from 'typeorm';
import { ConfigError } from '../../config/config-error.js';
import { isPostgres } from '../../database/is-postgres.js';
import { SERVICE_NAME } from '../../database/service-name.js';

/**
 * @throws {ConfigError} when processes of the service are connected to this PostgreSQL database, except with the connection names
 * `except`. A service is never long without a connection. On SQLite the storage lock tells instead.
 */
export async function requireNoService(database: EntityManager, except: string): Promise<void> {
  const names = await connected(database, except);
  if (names.length === 0) return;
  throw new ConfigError([
    `the service is running (${names.length} connections to the database): stop every process`,
  ]);
}

/**
 * @throws {ConfigError} when a process is connected to this PostgreSQL database whose first master key is not that of the connection
 * name `own`: what it seals from now on needs another key.
 */
export async function requireNoOtherKey(database: EntityManager, own: string): Promise<void> {
  const names = await connected(database, own);
  if (names.length === 0) return;
  const ids = new Set(names.map((name) => name.slice(SERVICE_NAME.length + 1) || 'none'));
  throw new ConfigError([
    `processes run whose ENCRYPTION_KEY has another first key (${[...ids].join(', ')}): start every process with this ENCRYPTION_KEY, and run this again`,
  ]);
}

/** The names of the connections of services, one for each connection. */
async function connected(database: EntityManager, except: string): Promise<string[]> {
  if (!isPostgres(database)) return [];
  const rows = await database.query<{ name: string }[]>(
    `SELECT application_name AS name FROM pg_stat_activity WHERE datname = current_database()
      AND (application_name = $1 OR application_name LIKE $1 || ' %') AND application_name <> $2`,
    [SERVICE_NAME, except],
  );
  return rows.map(({ name }) => name);
}
