import { CommanderError } from 'commander';
import { ApiError } from '../common/refusals/refusal.js';
import { ConfigError } from '../config/config-error.js';
import { loggedError } from '../logging/logged-error.js';
import { COMMANDS } from './commands.js';
import { NotSealed } from './rekey/not-sealed.js';
import { programOf, WrongArguments } from './program.js';

const REFUSED = 1;
const WRONG_ARGUMENTS = 2;

/**
 * Runs one command of the operator. The exit code is 0 when it is done, 1 when it was refused, and 2 when the
 * arguments are wrong. A command with other codes sets `process.exitCode` itself.
 */
async function main(): Promise<void> {
  try {
    await programOf(COMMANDS).parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : WRONG_ARGUMENTS;
      return;
    }
    process.exitCode = error instanceof WrongArguments ? WRONG_ARGUMENTS : REFUSED;
    process.stderr.write(`${messageOf(error)}\n`);
  }
}

function messageOf(error: unknown): string {
  if (error instanceof ApiError) return error.detail;
  const told = [ConfigError, WrongArguments, NotSealed].some((kind) => error instanceof kind);
  if (told) return (error as Error).message;
  return loggedError(error).stack;
}

await main();
