import { Command } from 'commander';
import { ConfigError } from '../config/config-error.js';
import { readEnvironment } from '../config/load-config.js';
import { keepStoragePrivate } from '../config/private-storage.js';
import { loadUnlockedConfig } from '../encryption/kms/unlocked-config.js';
import { MasterKeys } from '../encryption/master-keys.js';
import { EncryptionRun } from './encrypt/encryption-run.js';
import { StepProgress } from './step-progress.js';

export const encrypt = new Command('encrypt')
  .summary('encrypt an installation that is plain')
  .description(
    'Encrypts whatever is plain, under the first of ENCRYPTION_KEY: contents, the embedded database, personal values. Stop the service first. It can be interrupted and run again; until it is done, the service does not start.',
  )
  .action(async () => {
    const config = await loadUnlockedConfig(readEnvironment(), { plain: true });
    for (const warning of keepStoragePrivate(config.storage.path)) process.stderr.write(`${warning}\n`);
    const keys = MasterKeys.of(config.encryption?.masterKeys ?? null);
    if (keys === null)
      throw new ConfigError(['ENCRYPTION_KEY is missing: make one with npm run cli -- key new']);
    const progress = new StepProgress();
    try {
      const run = new EncryptionRun(config, keys, (...step) => progress.update(...step));
      const { contents, rows, expiredUploads } = await run.run();
      progress.end();
      const lines = [
        `contents: ${contents.encrypted} encrypted`,
        ...rows.map(({ what, resealed, sealed }) => `${what}: ${resealed} of ${sealed} sealed`),
        `unfinished uploads: ${expiredUploads} have to begin again`,
        ...contents.left.map((line) => `left as it was: ${line}`),
        'the installation is encrypted: start the service with this ENCRYPTION_KEY',
      ];
      process.stdout.write(`${lines.join('\n')}\n`);
    } finally {
      progress.end();
    }
  });
