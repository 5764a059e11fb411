import { Command } from 'commander';
import { newSymmetricKey } from '../config/secret-sources.js';

const newKey = new Command('new')
  .summary('print a new key')
  .description(
    'Prints a new random key for ENCRYPTION_KEY or FACTOR_KEY: 32 bytes in base64. It is kept nowhere.',
  )
  .action(() => void process.stdout.write(`${newSymmetricKey()}\n`));

export const key = new Command('key')
  .summary('keys for encryption at rest')
  .description('Keys for encryption at rest.')
  .addCommand(newKey);
