import { Argument, Command } from 'commander';
import { GRANTABLE_ROLES, type GrantableRole } from '../common/access/roles.js';
import { asOperator } from './as-operator.js';

export const grantRole = new Command('grant-role')
  .summary('give a user a role')
  .description('Gives a user a role. It applies within 5 s, also to running instances.')
  .argument('<email>', 'e-mail of the user')
  .addArgument(new Argument('<role>', 'the role to give').choices(GRANTABLE_ROLES))
  .action((email: string, role: GrantableRole) => asOperator((operator) => operator.grantRole(email, role)));
