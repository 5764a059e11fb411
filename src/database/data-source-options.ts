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
import { ContentsAndUsage1764800000000 } from './migrations/1764800000000-contents-and-usage.js';
import { FailedSignIns1764810000000 } from './migrations/1764810000000-failed-sign-ins.js';
import { ResumableUploads1764811000000 } from './migrations/1764811000000-resumable-uploads.js';
import { ShareLinks1764820000000 } from './migrations/1764820000000-share-links.js';
import { Departures1764830000000 } from './migrations/1764830000000-departures.js';
import { Mail1764840000000 } from './migrations/1764840000000-mail.js';
import { ConfirmedSessions1764850000000 } from './migrations/1764850000000-confirmed-sessions.js';
import { Factors1764860000000 } from './migrations/1764860000000-factors.js';
import { Invitations1764870000000 } from './migrations/1764870000000-invitations.js';
import { Passkeys1764880000000 } from './migrations/1764880000000-passkeys.js';
import { SignedRequests1764890000000 } from './migrations/1764890000000-signed-requests.js';
import { EncryptionState1764900000000 } from './migrations/1764900000000-encryption-state.js';
import { ContentKeys1764900000001 } from './migrations/1764900000001-content-keys.js';
import { SealedSessions1764910000000 } from './migrations/1764910000000-sealed-sessions.js';
import { WrappedMasterKeys1764920000000 } from './migrations/1764920000000-wrapped-master-keys.js';
import { Cosignatures1764930000000 } from './migrations/1764930000000-cosignatures.js';
import { MasterKeys } from '../encryption/master-keys.js';
import { databaseKey } from './database-key.js';
import { connectionName, withoutName } from './service-name.js';
import { applyCipher } from './sqlite-cipher.js';
import { type SqliteConnection, sqliteDriver } from './sqlite-driver.js';

// FULL: with NORMAL, a power loss can undo an acknowledged commit.
const PRAGMAS = [
  ['journal_mode', 'WAL', 'wal'],
  ['synchronous', 'FULL', 2],
  ['foreign_keys', 'ON', 1],
  // In KiB. The indexes of a large audit log do not fit into the default of 2 MB.
  ['cache_size', '-32768', -32768],
  // In pages (16 MB) instead of 1000. A page that many commits have written is then copied into the database
  // less often.
  ['wal_autocheckpoint', '4000', 4000],
  // Deleted data is overwritten, so that an erased account is not left in the file.
  ['secure_delete', 'ON', 1],
] as const;

/**
 * Prepared statements that are kept. `insertRows` has one for each number of rows. The oldest statement is
 * dropped first.
 */
const STATEMENTS = 500;

/**
 * How long SQLite waits for a lock, in milliseconds. This wait blocks the whole process. Writers wait in
 * `beginImmediate` instead.
 */
const BUSY_MS = { read: 50, write: 0 } as const;

type Purpose = keyof typeof BUSY_MS;

/** Sets the pragmas and reads each one back, in case a build or a file system ignores it. */
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
 * The options of the reading or the writing connection. On SQLite these are two connections to one file; the
 * reading one cannot write. On PostgreSQL these are two pools on one server.
 * @throws {ConfigError} when the embedded database cannot be opened with `ENCRYPTION_KEY`.
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
      ContentsAndUsage1764800000000,
      FailedSignIns1764810000000,
      ResumableUploads1764811000000,
      ShareLinks1764820000000,
      Departures1764830000000,
      Mail1764840000000,
      ConfirmedSessions1764850000000,
      Factors1764860000000,
      Invitations1764870000000,
      Passkeys1764880000000,
      SignedRequests1764890000000,
      EncryptionState1764900000000,
      ContentKeys1764900000001,
      WrappedMasterKeys1764920000000,
      SealedSessions1764910000000,
      Cosignatures1764930000000,
    ],
    migrationsTableName: 'migrations',
    synchronize: false,
    logging: false as const,
  };
  if (config.database.kind === 'sqlite') {
    const key = databaseKey(config);
    return {
      ...common,
      type: 'better-sqlite3',
      driver: sqliteDriver(),
      database: config.database.file,
      readonly: purpose === 'read',
      statementCacheSize: STATEMENTS,
      // Not TypeORM's `key`, which comes before the cipher can be chosen.
      prepareDatabase: (connection: SqliteConnection) => {
        if (key !== null) applyCipher(connection, key);
        preparePragmas(connection, purpose);
      },
    };
  }
  return {
    ...common,
    type: 'postgres',
    url: withoutName(config.database.url),
    applicationName: connectionName(MasterKeys.of(config.encryption?.masterKeys ?? null)),
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
