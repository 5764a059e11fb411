import { Command } from 'commander';
import { asOperator } from './as-operator.js';
import { askPassword } from './password-prompt.js';

export const createUser = new Command('create-user')
  .summary('make a user')
  .description('Makes a user. The password is asked for, or is the first line of standard input.')
  .argument('<email>', 'e-mail of the new user')
  .action(async (email: string) => {
    const password = await askPassword();
    await asOperator((operator) => operator.createUser(email, password));
  });
