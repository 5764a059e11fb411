import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { ENCRYPTION } from './encryption-key.js';
import { freePort } from './free-port.js';
import { JWT_SECRET } from './test-app.js';

export interface ServiceProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Its standard output and standard error so far. */
  output(): string;
  /** Resolves to the exit code, or null when a signal ended it. */
  ended: Promise<number | null>;
}

/**
 * Runs the built program like `npm start`, without waiting for it. `shell` are commands that run before it.
 */
export async function runProgram(environment: Record<string, string>, shell = ''): Promise<ServiceProcess> {
  const port = environment.PORT ?? String(await freePort());
  const child = spawn('sh', ['-c', `${shell}\nexec "$0" "$@"`, process.execPath, 'dist/main.js'], {
    env: {
      PATH: process.env.PATH,
      JWT_SECRET,
      BCRYPT_COST: '10',
      RATE_LIMIT_PER_MINUTE: '0',
      // A quarter of this time passes at every stop before connections are refused.
      SHUTDOWN_GRACE_SECONDS: '2',
      PORT: port,
      HOST: '127.0.0.1',
      ...ENCRYPTION,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return { url: `http://127.0.0.1:${port}`, child, output: () => output, ended };
}

/** Like `runProgram`, but waits until `GET /health` answers. */
export async function startProgram(environment: Record<string, string>): Promise<ServiceProcess> {
  const service = await runProgram(environment);
  for (let attempt = 0; attempt < 2400; attempt++) {
    if (service.child.exitCode !== null) break;
    const healthy = await fetch(`${service.url}/health`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (healthy) return service;
    await delay(25);
  }
  throw new Error(`the service does not start:\n${service.output()}`);
}
