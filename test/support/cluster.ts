import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from './client.js';
import { createDatabase } from './database.js';
import { freePort } from './free-port.js';
import { type Nginx, startNginx } from './nginx.js';
import { type ServiceProcess, startProgram } from './process.js';

export interface Cluster {
  /** The URL of nginx. */
  readonly url: string;
  readonly nginx: Nginx;
  readonly instances: ServiceProcess[];
  readonly storage: string;
  readonly databaseUrl: string;
  logs(): ReturnType<Nginx['logs']>;
  /** A new user's client, through nginx. */
  user(): Promise<Client>;
  /** Restarts an instance on its own port. */
  restart(index: number): Promise<void>;
  stop(): Promise<void>;
}

interface Options {
  readonly instances?: number;
  readonly databaseUrl?: string;
  readonly environment?: Record<string, string>;
  /** nginx ends TLS. A `Client` of Node then does not trust it: see `Http2Client`. */
  readonly tls?: boolean;
}

/**
 * Several processes of the built service with one PostgreSQL database and one directory, behind nginx with
 * `deploy/nginx`.
 */
export async function startCluster({
  instances: count = 3,
  databaseUrl,
  environment = {},
  tls = false,
}: Options = {}): Promise<Cluster> {
  const storage = await mkdtemp(join(tmpdir(), 'cluster-'));
  const database = databaseUrl === undefined ? await createDatabase() : null;
  const url = databaseUrl ?? database?.url;
  if (url === undefined)
    throw new Error('several processes need PostgreSQL: run this with npm run test:postgres');
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const nginx = await startNginx({ upstreams: ports, storage, tls });
  const start = (port: number) =>
    startProgram({
      PORT: String(port),
      STORAGE_PATH: storage,
      DATABASE_URL: url,
      TRUST_PROXY: '1',
      LOG_LEVEL: 'warn',
      SHUTDOWN_GRACE_SECONDS: '10',
      ...(tls ? { PUBLIC_URL: nginx.url } : {}),
      ...environment,
    });
  // All at the same time on an empty database: they must migrate once.
  const instances = await Promise.all(ports.map(start));
  await nginx.ready();
  let users = 0;
  return {
    url: nginx.url,
    nginx,
    instances,
    storage,
    databaseUrl: url,
    logs: () => nginx.logs(),
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
