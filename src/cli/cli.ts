import { NestFactory } from '@nestjs/core';
import { createLogger } from '../logging/logger.js';
import { Sequencer } from '../audit/intake/sequencer.js';
import { ApiError } from '../common/refusals/errors.js';
import { loggedError } from '../logging/logged-error.js';
import { NestLogger } from '../logging/nest-logger.js';
import { type Role, ROLES } from '../common/access/roles.js';
import { ConfigError, loadConfig, readEnvironment } from '../config/load-config.js';
import { keepStoragePrivate } from '../config/private-storage.js';
import { CliModule } from './cli.module.js';
import { Operator } from './operator.js';
import { askPassword } from './password-prompt.js';

const USAGE = `usage: npm run cli -- COMMAND

  create-admin EMAIL       make a user who is an admin; the password is asked for, or read from standard input
  grant-role EMAIL ROLE    ROLE is auditor or admin
  revoke-role EMAIL ROLE
`;

type Command = (operator: Operator) => Promise<void>;

/** Runs one command of the operator. @returns the exit code: 0 done, 1 refused, 2 not understood. */
async function main(): Promise<number> {
  try {
    const command = await readCommand(process.argv.slice(2));
    if (command === null) {
      process.stderr.write(USAGE);
      return 2;
    }
    await execute(command);
    process.stdout.write('done\n');
    return 0;
  } catch (error) {
    process.stderr.write(`${wordsFor(error)}\n`);
    return 1;
  }
}

function wordsFor(error: unknown): string {
  if (error instanceof ApiError) return error.detail;
  if (error instanceof ConfigError) return error.message;
  return loggedError(error).stack;
}

async function readCommand([name, email, role, ...rest]: string[]): Promise<Command | null> {
  if (email === undefined || rest.length > 0) return null;
  if (name === 'create-admin' && role === undefined) {
    const password = await askPassword();
    return (operator) => operator.createAdmin(email, password);
  }
  if (!isGrantable(role)) return null;
  if (name === 'grant-role') return (operator) => operator.grantRole(email, role);
  if (name === 'revoke-role') return (operator) => operator.revokeRole(email, role);
  return null;
}

function isGrantable(role: string | undefined): role is Role {
  return role !== 'user' && (ROLES as readonly (string | undefined)[]).includes(role);
}

async function execute(command: Command): Promise<void> {
  const config = loadConfig(readEnvironment());
  for (const warning of keepStoragePrivate(config.storage.path)) process.stderr.write(`${warning}\n`);
  const context = await NestFactory.createApplicationContext(CliModule.on(config), {
    logger: new NestLogger(createLogger('warn')),
    abortOnError: false,
  });
  try {
    await command(context.get(Operator));
    await context.get(Sequencer).run();
  } finally {
    await context.close();
  }
}

process.exitCode = await main();
