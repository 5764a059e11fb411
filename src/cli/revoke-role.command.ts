import { Argument, Command } from 'commander';
import { GRANTABLE_ROLES, type GrantableRole } from '../common/access/roles.js';
import { asOperator } from './as-operator.js';

export const revokeRole = new Command('revoke-role')
  .summary('take a role from a user')
  .description(
    'Takes a role from a user, but never from the last admin. It applies within 5 s, also to running instances.',
  )
  .argument('<email>', 'e-mail of the user')
  .addArgument(new Argument('<role>', 'the role to take').choices(GRANTABLE_ROLES))
  .action((email: string, role: GrantableRole) => asOperator((operator) => operator.revokeRole(email, role)));
