import { Command } from 'commander';
import { asOperator } from './as-operator.js';

export const resetFactors = new Command('reset-factors')
  .summary('remove the second factors of a user')
  .description(
    'Removes all second factors and recovery codes of a user who has lost them. Make sure that it is them.',
  )
  .argument('<email>', 'e-mail of the user')
  .action((email: string) =>
    asOperator(async (operator) => {
      const removed = await operator.resetFactors(email);
      process.stdout.write(`${removed} ${removed === 1 ? 'factor' : 'factors'} removed\n`);
    }),
  );
