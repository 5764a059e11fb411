import { Command } from 'commander';

export const encrypt = new Command('encrypt')
  .summary('encrypt an installation that is plain')
  .description(
    'Encrypts whatever is plain, under the first of ENCRYPTION_KEY: contents, the embedded database, personal values. Stop the service first. It can be interrupted and run again; until it is done, the service does not start.',
  )
  .action(async () => (await import('./run-encrypt.js')).runEncrypt());
