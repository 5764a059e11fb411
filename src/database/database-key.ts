import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AppConfig } from '../config/app-config.js';
import { ConfigError } from '../config/config-error.js';
import { databaseForm } from '../config/database-form.js';
import { keepSecret, replaceSecret } from '../config/kept-secret.js';
import { MasterKeys } from '../encryption/master-keys.js';
import { Unsealable } from '../encryption/unsealable.js';
import { ENCRYPTION_FAULTS } from './encryption-faults.js';

const KEY_BYTES = 32;
const CONTEXT = 'embedded database';
/**
 * The key of the embedded database: 32 random bytes, sealed under a master key in the file `keys/database-key` of `STORAGE_PATH`.
 * So a change of master keys seals this small file again and leaves the database as it is. Null for a plain database.
 *
 * A new installation gets its key here when `ENCRYPTION_KEY` is set, before it gets a database. Otherwise nothing is written.
 * @throws {ConfigError} when the master key is wrong or missing, or when the key does not fit the database.
 */
export function databaseKey({ database, storage, encryption }: AppConfig): KeyObject | null {
  if (database.kind !== 'sqlite') return null;
  const path = pathOf(storage.path);
  const masterKeys = MasterKeys.of(encryption?.masterKeys ?? null);
  const form = databaseForm(database.file);
  const sealed = readIfThere(path);
  if (sealed === null && form === 'encrypted')
    throw new ConfigError([`the database is encrypted, and its key ${path} is missing: restore this file`]);
  if (masterKeys === null) {
    if (sealed === null) return null;
    throw new ConfigError([ENCRYPTION_FAULTS.keyMissing]);
  }
  if (form === 'plain') throw new ConfigError([ENCRYPTION_FAULTS.holdsPlainData]);
  return unseal(sealed ?? keepNewKey(path, masterKeys), masterKeys, path);
}

/** True when there is no embedded database yet, and no key of one. */
export function isNewDatabase({ database, storage }: AppConfig): boolean {
  if (database.kind !== 'sqlite') return false;
  return databaseForm(database.file) === 'none' && readIfThere(pathOf(storage.path)) === null;
}

/**
 * Seals the key of the embedded database under the first master key, when an older one has sealed it.
 * @returns true when the file was written; false also on PostgreSQL.
 * @throws {ConfigError} as `databaseKey` does.
 */
export function rewrapDatabaseKey({ database, storage }: AppConfig, masterKeys: MasterKeys): boolean {
  if (database.kind !== 'sqlite') return false;
  const path = pathOf(storage.path);
  const sealed = readFileSync(path, 'utf8');
  const sealer = masterKeys.sealer('database key');
  if (sealer.isCurrent(sealed)) return false;
  replaceSecret(path, sealer.seal(unseal(sealed, masterKeys, path).export(), CONTEXT));
  return true;
}

function pathOf(storagePath: string): string {
  return join(storagePath, 'keys', 'database-key');
}

function keepNewKey(path: string, masterKeys: MasterKeys): string {
  const seal = () => masterKeys.sealer('database key').seal(randomBytes(KEY_BYTES), CONTEXT);
  return keepSecret(path, seal).secret;
}

/** True when the embedded database is plain. */
export function isPlainDatabase({ database }: AppConfig): boolean {
  return database.kind === 'sqlite' && databaseForm(database.file) === 'plain';
}

/** True when there is a key for the embedded database, also when the database is plain so far. */
export function hasDatabaseKey({ storage }: AppConfig): boolean {
  return readIfThere(pathOf(storage.path)) !== null;
}

/** The key that the embedded database, which is plain so far, is going to have. It is made with the first call. @throws {ConfigError} */
export function futureDatabaseKey({ storage }: AppConfig, masterKeys: MasterKeys): KeyObject {
  const path = pathOf(storage.path);
  return unseal(readIfThere(path) ?? keepNewKey(path, masterKeys), masterKeys, path);
}

function unseal(sealed: string, masterKeys: MasterKeys, path: string): KeyObject {
  try {
    return createSecretKey(masterKeys.sealer('database key').open(sealed.trim(), CONTEXT));
  } catch (error) {
    if (!(error instanceof Unsealable)) throw error;
    throw new ConfigError([
      error.reason === 'unknown_key'
        ? ENCRYPTION_FAULTS.keyLacks(error.keyId)
        : `the key of the database in ${path} is damaged: restore this file`,
    ]);
  }
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}
