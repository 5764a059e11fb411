import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A free port on the loopback address. */
export async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Starts a program and waits until `GET /health` answers. Returns its URL and a function that stops it. */
export async function start(script, environment = {}) {
  const port = await freePort();
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, LOG_LEVEL: 'info', ...environment, PORT: String(port), HOST: '127.0.0.1' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; ; attempt++) {
    const healthy = await fetch(`${url}/health`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (healthy) break;
    if (attempt === 2400 || child.exitCode !== null) throw new Error(`${script} does not start`);
    await delay(25);
  }
  return {
    url,
    pid: child.pid,
    stop: (signal = 'SIGTERM') => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill(signal);
      return ended;
    },
  };
}

/** Starts the built service on a new storage directory, which `stop` removes. */
export async function startService(environment = {}) {
  const storage = await mkdtemp(join(tmpdir(), 'bench-'));
  const service = await start('dist/main.js', {
    UV_THREADPOOL_SIZE: '16',
    STORAGE_PATH: storage,
    BCRYPT_COST: '10',
    RATE_LIMIT_PER_MINUTE: '0',
    LOGIN_FAILURES_PER_ACCOUNT: '0',
    LOGIN_FAILURES_PER_ADDRESS: '0',
    ...environment,
  });
  return {
    ...service,
    storage,
    stop: async () => {
      await service.stop();
      await rm(storage, { recursive: true, force: true });
    },
  };
}

/** Registers a user and returns the headers of that user's requests. */
export async function register(url, email = `bench-${crypto.randomUUID()}@example.org`) {
  const answer = await fetch(`${url}/api/users/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: 'a passphrase for benches' }),
  });
  const body = await answer.json();
  if (answer.status !== 201) throw new Error(`register answered ${answer.status}: ${JSON.stringify(body)}`);
  return { authorization: `Bearer ${body.token}` };
}
