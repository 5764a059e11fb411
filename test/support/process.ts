import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.js';
import { JWT_SECRET } from './test-app.js';

export interface ServiceProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** What it wrote to standard output and standard error so far. */
  output(): string;
  /** Resolves to the exit code, or null when a signal ended it. */
  ended: Promise<number | null>;
}

/** Runs the built program, as `npm start` does, without waiting for it; `shell` are commands that come before it. */
export async function runProgram(environment: Record<string, string>, shell = ''): Promise<ServiceProcess> {
  const port = environment.PORT ?? String(await freePort());
  const child = spawn('sh', ['-c', `${shell}\nexec "$0" "$@"`, process.execPath, 'dist/main.js'], {
    env: {
      PATH: process.env.PATH,
      JWT_SECRET,
      BCRYPT_COST: '10',
      RATE_LIMIT_PER_MINUTE: '0',
      // A quarter of it is waited at every stop, for balancers that are not there.
      SHUTDOWN_GRACE_SECONDS: '2',
      PORT: port,
      HOST: '127.0.0.1',
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

/** The same, once `GET /health` answers. */
export async function startProgram(environment: Record<string, string>): Promise<ServiceProcess> {
  const service = await runProgram(environment);
  for (let attempt = 0; attempt < 400; attempt++) {
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
