import { Command } from 'commander';
import { asOperator } from './as-operator.js';
import { askPassword } from './password-prompt.js';

export const createAdmin = new Command('create-admin')
  .summary('make an admin')
  .description('Makes an admin. The password is asked for, or is the first line of standard input.')
  .argument('<email>', 'e-mail of the new user')
  .action(async (email: string) => {
    const password = await askPassword();
    await asOperator((operator) => operator.createAdmin(email, password));
  });
