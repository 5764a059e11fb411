import type { DataSourceOptions } from 'typeorm';
import { getMetadataArgsStorage } from 'typeorm';
import type { AppConfig } from '../config/app-config.js';
import { InitialSchema1764000000000 } from './migrations/1764000000000-initial-schema.js';
import { RefreshTokens1764100000000 } from './migrations/1764100000000-refresh-tokens.js';
import { ApiKeys1764200000000 } from './migrations/1764200000000-api-keys.js';
import { SignInAttempts1764300000000 } from './migrations/1764300000000-sign-in-attempts.js';
import { AuditLog1764400000000 } from './migrations/1764400000000-audit-log.js';
import { LeanIntake1764500000000 } from './migrations/1764500000000-lean-intake.js';
import { IntakeInOrder1764600000000 } from './migrations/1764600000000-intake-in-order.js';
import { SearchIndexes1764720000000 } from './migrations/1764720000000-search-indexes.js';
import { RoomForFoldedNames1764720000001 } from './migrations/1764720000001-room-for-folded-names.js';
import { RefreshTokenFamilies1764730000000 } from './migrations/1764730000000-refresh-token-families.js';
import { type SqliteConnection, sqliteDriver } from './sqlite-driver.js';

// FULL: with NORMAL a commit that was acknowledged can vanish on power loss.
const PRAGMAS = [
  ['journal_mode', 'WAL', 'wal'],
  ['synchronous', 'FULL', 2],
  ['foreign_keys', 'ON', 1],
  // KiB: the indexes of a large audit log do not fit into the default of 2 MB.
  ['cache_size', '-32768', -32768],
  // Pages (16 MB) instead of 1000: a page that many commits have written is then copied into the database once for more of them.
  ['wal_autocheckpoint', '4000', 4000],
  // What is deleted is overwritten: somebody may have asked to be forgotten.
  ['secure_delete', 'ON', 1],
] as const;

/** Prepared statements that are kept: those of `insertRows` are one for each number of rows, and the oldest goes first. */
const STATEMENTS = 500;

/** How long SQLite waits for a lock, in milliseconds, which blocks the whole process. Who wants to write waits without blocking (`beginImmediate`). */
const BUSY_MS = { read: 50, write: 0 } as const;

type Purpose = keyof typeof BUSY_MS;

/** Sets the pragmas and reads each back: a build or file system that ignores one must not go unnoticed. */
function preparePragmas(connection: SqliteConnection, purpose: Purpose): void {
  const busyMs = BUSY_MS[purpose];
  for (const [name, value, expected] of [...PRAGMAS, ['busy_timeout', busyMs, busyMs] as const]) {
    connection.pragma(`${name} = ${value}`);
    const actual = connection.pragma(name, { simple: true });
    if (actual !== expected)
      throw new Error(`SQLite refuses PRAGMA ${name} = ${value}: it is ${String(actual)}`);
  }
}

/**
 * The options of the reading or writing connection. On SQLite they are two connections to one file,
 * the reading one unable to write; on PostgreSQL two pools of one server.
 */
export function dataSourceOptions(config: AppConfig, purpose: Purpose): DataSourceOptions {
  const common = {
    entities: getMetadataArgsStorage().tables.map((table) => table.target),
    migrations: [
      InitialSchema1764000000000,
      RefreshTokens1764100000000,
      ApiKeys1764200000000,
      SignInAttempts1764300000000,
      AuditLog1764400000000,
      LeanIntake1764500000000,
      IntakeInOrder1764600000000,
      SearchIndexes1764720000000,
      RoomForFoldedNames1764720000001,
      RefreshTokenFamilies1764730000000,
    ],
    migrationsTableName: 'migrations',
    synchronize: false,
    logging: false as const,
  };
  if (config.database.kind === 'sqlite') {
    return {
      ...common,
      type: 'better-sqlite3',
      driver: sqliteDriver(),
      database: config.database.file,
      readonly: purpose === 'read',
      statementCacheSize: STATEMENTS,
      prepareDatabase: (connection: SqliteConnection) => preparePragmas(connection, purpose),
    };
  }
  return {
    ...common,
    type: 'postgres',
    url: config.database.url,
    applicationName: 'microservices-api',
    poolSize: 10,
    connectTimeoutMS: 3000,
    extra: {
      statement_timeout: 10_000,
      query_timeout: 12_000,
      idle_in_transaction_session_timeout: 15_000,
      keepAlive: true,
    },
  };
}
