import { DataSource } from 'typeorm';
import { configuredWitnessStore } from '../audit/witness/configured-witness-store.js';
import { FileWitnessStore } from '../audit/witness/file-witness-store.js';
import { type Checkpoint, readCheckpoint } from '../audit/merkle/checkpoint.js';
import { PrivateRows } from '../audit/log/private-rows.js';
import { LogChecker } from '../audit/verify/log-checker.js';
import type { AppConfig } from '../config/app-config.js';
import { ConfigError } from '../config/config-error.js';
import { readEnvironment } from '../config/load-config.js';
import { loadUnlockedConfig } from '../encryption/kms/unlocked-config.js';
import { keepStoragePrivate } from '../config/private-storage.js';
import { dataSourceOptions } from '../database/data-source-options.js';
import { EncryptionState } from '../database/encryption-state.js';
import { MasterKeys } from '../encryption/master-keys.js';
import { Progress } from './progress.js';
import { faultLine, NO_VERDICT, TAMPERED, WHOLE } from './verdict.js';
import { noteVerifier } from '../audit/merkle/signing.js';

/** Checks the audit log in the configured database against its own hashes and against the witness. */
async function main(): Promise<number> {
  let database: DataSource | undefined;
  try {
    const config = await loadUnlockedConfig(readEnvironment());
    for (const warning of keepStoragePrivate(config.storage.path)) process.stderr.write(`${warning}\n`);
    database = await new DataSource(dataSourceOptions(config, 'read')).initialize();
    const keys = MasterKeys.of(config.encryption?.masterKeys ?? null);
    await new EncryptionState(database, keys).require();
    const verifier = noteVerifier(config.audit.origin, config.audit.signingKey);
    const progress = new Progress('checked', 1);
    const checker = new LogChecker(
      database,
      verifier,
      await witnessed(config),
      new PrivateRows(keys),
      (done, size) => progress.update(done / Math.max(1, size)),
    );
    const { fault, size, withheld, pruned } = await checker.check();
    progress.end();
    const words = `whole: ${size} entries (${withheld} withheld, the first ${pruned} pruned)`;
    process.stdout.write(`${fault === null ? words : faultLine(fault)}\n`);
    return fault === null ? WHOLE : TAMPERED;
  } catch (error) {
    const { message } = error as Error;
    process.stderr.write(error instanceof ConfigError ? `${message}\n` : `no verdict: ${message}\n`);
    return NO_VERDICT;
  } finally {
    await database?.destroy();
  }
}

/**
 * The published checkpoints: that of the witness, those in the storage directory from before the witness was
 * outside, and those of earlier versions.
 */
async function witnessed(config: AppConfig): Promise<Checkpoint[]> {
  const files = FileWitnessStore.of(config);
  const witness = configuredWitnessStore(config);
  const notes = [await witness.fetch(), await files.fetch(), ...(await files.earlier())];
  return notes.map((note) => readCheckpoint(note ?? '')).filter((checkpoint) => checkpoint !== null);
}

process.exitCode = await main();
