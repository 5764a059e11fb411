import { type ChildProcess, spawn } from 'node:child_process';
import { JWT_SECRET } from './test-app.js';

/** What a command of the operator has printed, and its exit code; null when a signal ended it. */
export interface CliOutcome {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a built command of the operator. `started` gets the process, for example to end it. */
export async function runCli(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  started: (child: ChildProcess) => void = () => undefined,
): Promise<CliOutcome> {
  const child = spawn(process.execPath, ['dist/cli/cli.js', ...args], {
    env: { PATH: process.env.PATH, JWT_SECRET, BCRYPT_COST: '10', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  started(child);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, output };
}
