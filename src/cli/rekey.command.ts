import { Command } from 'commander';

export const rekey = new Command('rekey')
  .summary('seal every key again under the first of ENCRYPTION_KEY')
  .description(
    'Seals everything again that is sealed under another key than the first of ENCRYPTION_KEY, so that the others can go. Contents are not touched. It can be interrupted and run again. With an embedded database, stop the service first.',
  )
  .action(async () => (await import('./run-rekey.js')).runRekey());
