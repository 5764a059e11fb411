import { ConfigError } from '../config/config-error.js';
import { readEnvironment } from '../config/load-config.js';
import { keepStoragePrivate } from '../config/private-storage.js';
import { loadUnlockedConfig } from '../encryption/kms/unlocked-config.js';
import { MasterKeys } from '../encryption/master-keys.js';
import { StepProgress } from './step-progress.js';
import { EncryptionRun } from './encrypt/encryption-run.js';

/** Runs `encrypt` on the configured installation, and prints its progress and result. @throws `ConfigError`. */
export async function runEncrypt(): Promise<void> {
  const config = await loadUnlockedConfig(readEnvironment(), { plain: true });
  for (const warning of keepStoragePrivate(config.storage.path)) process.stderr.write(`${warning}\n`);
  const keys = MasterKeys.of(config.encryption?.masterKeys ?? null);
  if (keys === null)
    throw new ConfigError(['ENCRYPTION_KEY is missing: make one with npm run cli -- key new']);
  const progress = new StepProgress();
  try {
    const run = new EncryptionRun(config, keys, (...step) => progress.update(...step));
    const { encrypted, rows, expiredUploads, left } = await run.run();
    progress.end();
    const lines = [
      `contents: ${encrypted} encrypted`,
      ...rows.map(({ what, resealed, sealed }) => `${what}: ${resealed} of ${sealed} sealed`),
      `unfinished uploads: ${expiredUploads} have to begin again`,
      ...left.map((line) => `left as it was: ${line}`),
      'the installation is encrypted: start the service with this ENCRYPTION_KEY',
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  } finally {
    progress.end();
  }
}
