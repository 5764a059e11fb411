import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { createLogger } from '../../src/logging/logger.js';
import { createApp, stopApp } from '../../src/app.setup.js';
import { UserAdmin } from '../../src/auth/admin/user-admin.js';
import type { Role } from '../../src/common/access/roles.js';
import type { AppConfig } from '../../src/config/app-config.js';
import { loadConfig } from '../../src/config/load-config.js';
import { bySystem } from '../../src/events/event-actor.js';
import { ApiDocument } from './api-document.js';
import { Client } from './client.js';
import { environmentOf, startS3 } from './s3-server.js';
import { ENCRYPTION } from './encryption-key.js';
import { storedFiles } from './storage-files.js';
import { createDatabase } from './database.js';

export const JWT_SECRET = 'mZq3vT8xWn5rYb2kLp7sDf4gHj9cRe6u';

export interface TestApp {
  readonly app: INestApplication<Server>;
  readonly config: AppConfig;
  readonly url: string;
  readonly port: number;
  readonly storage: string;
  /** All log lines so far. */
  readonly log: string[];
  client(): Client;
  /** A new user's client. */
  user(email?: string, password?: string): Promise<Client>;
  /** A new user's client, with a role that was granted as by the operator's command. */
  userWithRole(role: Role): Promise<Client>;
  /** The names of all objects in the storage, complete or partial. */
  stored(): Promise<string[]>;
  /** Replaces the bytes of a stored object, or removes it. */
  tamper(name: string, bytes: string | null): Promise<void>;
  /** Flips a bit in the last byte of a stored object. */
  spoilEnd(name: string): Promise<void>;
  /** Makes the storage fail, or work again. */
  breakStorage(broken: boolean): Promise<void>;
  /** Stops like on a signal. */
  close(): Promise<void>;
}

/** One document for all apps of a test file. */
let document: ApiDocument | null = null;

/** The app as in production, with its own directory and database, on a free port. */
export async function startApp(environment: Record<string, string> = {}): Promise<TestApp> {
  const storage = environment.STORAGE_PATH ?? (await mkdtemp(join(tmpdir(), 'test-')));
  const database = await createDatabase();
  const s3 = process.env.TEST_STORAGE === 's3' ? await startS3() : null;
  const bucket = (await s3?.bucket()) ?? null;
  const config = loadConfig({
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: '0',
    JWT_SECRET,
    BCRYPT_COST: '10',
    RATE_LIMIT_PER_MINUTE: '0',
    STORAGE_PATH: storage,
    SHUTDOWN_GRACE_SECONDS: '5',
    LOG_LEVEL: 'debug',
    DATABASE_URL: database?.url,
    ...(bucket === null ? {} : environmentOf(bucket)),
    ...ENCRYPTION,
    ...environment,
  });
  const log: string[] = [];
  const logger = createLogger(config.log, { write: (line: string) => void log.push(line) });
  const app = await createApp(config, logger);
  const { port } = app.getHttpServer().address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  document ??= ApiDocument.of(app);
  let users = 0;
  const user = async (email = `user-${++users}@example.org`, password = 'a long enough passphrase') => {
    const client = new Client(url, document);
    await client.register(email, password);
    return client;
  };
  return {
    app,
    config,
    url,
    port,
    storage,
    log,
    client: () => new Client(url, document),
    user,
    userWithRole: async (role) => {
      const client = await user();
      await app.get(UserAdmin).grantRole(bySystem, client.userId, role);
      return client;
    },
    stored: () => (bucket === null ? storedFiles(storage) : bucket.list()),
    tamper: async (name, bytes) => {
      if (bucket !== null) return bucket.put(name, bytes);
      await rm(name);
      if (bytes !== null) await writeFile(name, bytes);
    },
    spoilEnd: async (name) => {
      const bytes = await (bucket === null ? readFile(name) : bucket.get(name));
      bytes[bytes.length - 1]! ^= 1;
      await (bucket === null ? writeFile(name, bytes) : bucket.put(name, bytes));
    },
    breakStorage: async (broken) => {
      if (s3 !== null) return s3.freeze(broken);
      const names = [join(storage, 'blobs'), join(storage, 'gone')] as const;
      await (broken ? rename(...names) : rename(names[1], names[0]));
    },
    close: async () => {
      // No load balancer polls /ready here, so the stop is not announced.
      await stopApp(app, { ...config, http: { ...config.http, stopAnnouncementMs: 0 } });
      await s3?.stop();
      await database?.drop();
      if (environment.STORAGE_PATH === undefined) await rm(storage, { recursive: true, force: true });
    },
  };
}
