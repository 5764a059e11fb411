import { join } from 'node:path';
import { DataSource } from 'typeorm';
import type { AppConfig } from '../../config/app-config.js';
import { ConfigError } from '../../config/config-error.js';
import { kmsKeyId } from '../../config/kms-key.js';
import { draftConfig, loadConfig } from '../../config/load-config.js';
import { type Environment, newSymmetricKey, readFileTwins } from '../../config/secret-sources.js';
import { dataSourceOptions } from '../../database/data-source-options.js';
import { isNewDatabase } from '../../database/database-key.js';
import { EncryptionState } from '../../database/encryption-state.js';
import { MasterKeys } from '../master-keys.js';
import { AwsKms, type NewMasterKey } from './aws-kms.js';
import { WrappedKeyFiles } from './wrapped-key-files.js';
import { WrappedKeyRows } from './wrapped-key-rows.js';
import type { WrappedKeys } from './wrapped-keys.js';

/** A key of KMS in `ENCRYPTION_KEY`, with the master key that it has unwrapped or, when `made`, just made. */
interface Unlocked {
  readonly part: string;
  readonly kms: AwsKms;
  readonly key: Buffer;
  readonly made: NewMasterKey | null;
}

/**
 * The configuration, with the master keys that AWS KMS unwraps: each `aws-kms://ID` in `ENCRYPTION_KEY` stands for 32 random bytes, which
 * KMS makes at the first start and which are kept wrapped (`WrappedKeys`). Without such a part it is `loadConfig`, but secrets are made only
 * when the keys fit the installation.
 * @param plain true for the command that encrypts a plain installation; otherwise no key is made for one.
 * @throws {ConfigError} with all faults, when KMS refuses or cannot be reached, and when the keys do not fit the installation.
 * No secret is kept then.
 */
export async function loadUnlockedConfig(
  environment: Environment,
  { plain = false } = {},
): Promise<AppConfig> {
  const { env } = readFileTwins(environment);
  const parts = env.ENCRYPTION_KEY?.split(',').map((part) => part.trim()) ?? [];
  const named = parts.filter((part) => kmsKeyId(part) !== null);
  if (named.length === 0) return keptConfig(environment, plain);
  if (new Set(parts).size < parts.length) throw new ConfigError(['ENCRYPTION_KEY has the same key twice']);
  const withKeys = (keyOf: (part: string) => string) => ({
    ...environment,
    ENCRYPTION_KEY: parts.map((part) => (named.includes(part) ? keyOf(part) : part)).join(),
    ENCRYPTION_KEY_FILE: undefined,
  });
  // Finds all faults of the environment before anybody is asked.
  const { config } = draftConfig(withKeys(newSymmetricKey));
  const store = storeOf(config);
  const unlocked: Unlocked[] = [];
  for (const part of named) unlocked.push(await unlock(part, store));
  const keys = new Map(unlocked.map(({ part, key }) => [part, key]));
  const unlockedEnvironment = () => withKeys((part) => keys.get(part)!.toString('base64'));
  if (unlocked.some(({ made }) => made !== null)) {
    if (!plain) await requireFit(draftConfig(unlockedEnvironment()).config);
    for (const { part, kms, made } of unlocked) {
      if (made === null) continue;
      const kept = await readable(() => store.keep(kms.keyId, made.wrapped));
      // Another process was first.
      if (!kept.equals(made.wrapped)) keys.set(part, await asked(part, () => kms.unwrap(kept)));
    }
  }
  return keptConfig(unlockedEnvironment(), plain);
}

/** Secrets that are not there yet are made and kept, but not by a start that is refused. */
async function keptConfig(environment: Environment, plain: boolean): Promise<AppConfig> {
  const { config, makesSecrets } = draftConfig(environment);
  if (makesSecrets && !plain) await requireFit(config);
  return loadConfig(environment);
}

function storeOf(config: AppConfig): WrappedKeys {
  return config.database.kind === 'postgres'
    ? new WrappedKeyRows(config)
    : new WrappedKeyFiles(join(config.storage.path, 'keys'));
}

async function unlock(part: string, store: WrappedKeys): Promise<Unlocked> {
  const kms = new AwsKms(kmsKeyId(part)!);
  const wrapped = await readable(() => store.find(kms.keyId));
  if (wrapped !== null) return { part, kms, key: await asked(part, () => kms.unwrap(wrapped)), made: null };
  const made = await asked(part, () => kms.generate());
  return { part, kms, key: made.key, made };
}

/** Compares the keys with the installation, as its start does, and writes nothing. @throws {ConfigError} */
async function requireFit(config: AppConfig): Promise<void> {
  if (isNewDatabase(config)) return;
  const database = await readable(() => new DataSource(dataSourceOptions(config, 'read')).initialize());
  try {
    await new EncryptionState(database, MasterKeys.of(config.encryption?.masterKeys ?? null)).require();
  } finally {
    await database.destroy();
  }
}

async function asked<T>(part: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const { name, message } = error as Error;
    throw new ConfigError([
      `ENCRYPTION_KEY: AWS KMS does not give the key of ${part} (${name}: ${oneLine(message)})`,
    ]);
  }
}

async function readable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError([
      `the database and its keys cannot be read or kept (${oneLine((error as Error).message)})`,
    ]);
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
