import type { Command } from 'commander';
import { createAdmin } from './create-admin.command.js';
import { createUser } from './create-user.command.js';
import { encrypt } from './encrypt.command.js';
import { grantRole } from './grant-role.command.js';
import { key } from './key.command.js';
import { rekey } from './rekey.command.js';
import { resetFactors } from './reset-factors.command.js';
import { resetLink } from './reset-link.command.js';
import { revokeRole } from './revoke-role.command.js';
import { witness } from './witness.command.js';

/** The operator's commands, in the order in which the help lists them. Each is in `NAME.command.ts`. */
export const COMMANDS: readonly Command[] = [
  createAdmin,
  createUser,
  grantRole,
  revokeRole,
  resetLink,
  resetFactors,
  key,
  witness,
  encrypt,
  rekey,
];
