import { Command } from 'commander';
import { asOperator } from './as-operator.js';

export const resetLink = new Command('reset-link')
  .summary('make a link for a new password')
  .description(
    'Prints a link with which a user can choose a new password, once, within an hour. Give it to nobody else.',
  )
  .argument('<email>', 'e-mail of the user')
  .action((email: string) =>
    asOperator(async (operator) => {
      process.stdout.write(`${await operator.resetLink(email)}\n`);
    }),
  );
