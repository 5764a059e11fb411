import { ConfigError } from '../config/config-error.js';
import { readEnvironment } from '../config/load-config.js';
import { keepStoragePrivate } from '../config/private-storage.js';
import { connectionName } from '../database/service-name.js';
import { loadUnlockedConfig } from '../encryption/kms/unlocked-config.js';
import { MasterKeys } from '../encryption/master-keys.js';
import { StepProgress } from './step-progress.js';
import { withDatabase } from './rekey/open-database.js';
import { Rekey } from './rekey/rekey.js';
import { requireNoOtherKey } from './rekey/running-services.js';

/** Runs `rekey` on the configured installation, and prints its progress and result. @throws `ConfigError`, `NotSealed`. */
export async function runRekey(): Promise<void> {
  const config = await loadUnlockedConfig(readEnvironment());
  for (const warning of keepStoragePrivate(config.storage.path)) process.stderr.write(`${warning}\n`);
  const keys = MasterKeys.of(config.encryption?.masterKeys ?? null);
  if (keys === null) throw new ConfigError(['ENCRYPTION_KEY is missing: nothing is sealed']);
  const progress = new StepProgress();
  try {
    const results = await withDatabase(
      config,
      keys,
      (database) => new Rekey(config, keys, database).run((...step) => progress.update(...step)),
      // A service under another key goes on sealing under it. Refused here, nothing names the new key yet, and that service can start again.
      ({ manager }) => requireNoOtherKey(manager, connectionName(keys)),
    );
    progress.end();
    for (const { what, resealed, sealed } of results)
      process.stdout.write(`${what}: ${resealed} of ${sealed} sealed again\n`);
  } finally {
    progress.end();
  }
  process.stdout.write('nothing is sealed under an older key: ENCRYPTION_KEY needs only its first one now\n');
}
