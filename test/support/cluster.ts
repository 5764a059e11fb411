import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from './client.js';
import { createDatabase } from './database.js';
import { freePort } from './free-port.js';
import { type ServiceProcess, startProgram } from './process.js';

export interface Cluster {
  /** nginx's. */
  readonly url: string;
  readonly instances: ServiceProcess[];
  readonly storage: string;
  readonly databaseUrl: string;
  /** A client of a new user, through nginx. */
  user(): Promise<Client>;
  /** Starts an instance again, on its own port. */
  restart(index: number): Promise<void>;
  stop(): Promise<void>;
}

interface Options {
  readonly instances?: number;
  readonly databaseUrl?: string;
  readonly environment?: Record<string, string>;
}

/** Several processes of the built service on one PostgreSQL and one directory, behind nginx with `deploy/nginx.conf`. */
export async function startCluster({
  instances: count = 3,
  databaseUrl,
  environment = {},
}: Options = {}): Promise<Cluster> {
  const storage = await mkdtemp(join(tmpdir(), 'cluster-'));
  const database = databaseUrl === undefined ? await createDatabase() : null;
  const url = databaseUrl ?? database?.url;
  if (url === undefined)
    throw new Error('several processes need PostgreSQL: run this with npm run test:postgres');
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const start = (port: number) =>
    startProgram({
      PORT: String(port),
      STORAGE_PATH: storage,
      DATABASE_URL: url,
      TRUST_PROXY: '1',
      LOG_LEVEL: 'warn',
      SHUTDOWN_GRACE_SECONDS: '10',
      ...environment,
    });
  // All at once, on an empty database: they migrate once.
  const instances = await Promise.all(ports.map(start));
  const nginx = await startNginx(ports, storage);
  let users = 0;
  return {
    url: nginx.url,
    instances,
    storage,
    databaseUrl: url,
    user: async () => {
      const client = new Client(nginx.url);
      await client.register(`user-${++users}@example.org`, 'a long enough passphrase');
      return client;
    },
    restart: async (index) => {
      instances[index] = await start(ports[index]!);
    },
    stop: async () => {
      await nginx.stop();
      for (const { child } of instances) {
        child.kill('SIGCONT');
        child.kill('SIGTERM');
      }
      await Promise.all(instances.map(({ ended }) => ended));
      await database?.drop();
      await rm(storage, { recursive: true, force: true });
    },
  };
}

/** nginx with the project's configuration, whose addresses and paths become those of this machine. */
async function startNginx(
  ports: readonly number[],
  storage: string,
): Promise<{ url: string; stop: () => Promise<void> }> {
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), 'nginx-'));
  const servers = ports
    .map((upstream) => `    server 127.0.0.1:${upstream} max_fails=2 fail_timeout=5s;`)
    .join('\n');
  const configuration = (await readFile('deploy/nginx.conf', 'utf8'))
    .replace(/( *server app\d:8080.*\n)+/, `${servers}\n`)
    .replace('listen 8080;', `listen 127.0.0.1:${port};`)
    .replace('    listen [::]:8080;\n', '')
    .replaceAll('/tmp/nginx', join(directory, 'nginx'))
    .replaceAll('/var/lib/storage', storage)
    .replace('access_log /dev/stdout json', 'access_log off');
  const file = join(directory, 'nginx.conf');
  await writeFile(file, `user root;\ndaemon off;\n${configuration}`);
  const child = spawn('nginx', ['-c', file, '-e', 'stderr'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const failed = once(child, 'error').then(([error]) => Promise.reject(error as Error));
  failed.catch(() => undefined);
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 100; attempt++) {
    const answers = await Promise.race([
      failed,
      fetch(`${url}/health`).then(
        ({ ok }) => ok,
        () => false,
      ),
    ]);
    if (answers) break;
    if (attempt === 99 || child.exitCode !== null) throw new Error('nginx does not start');
    await delay(50);
  }
  return {
    url,
    stop: async () => {
      child.kill('SIGQUIT');
      child.kill('SIGTERM');
      await once(child, 'exit');
      await rm(directory, { recursive: true, force: true });
    },
  };
}
