import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { createSecretKey, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { plainRows } from '../../../src/cli/encrypt/plain-rows.js';
import { rowBatches } from '../../../src/cli/rekey/row-batches.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { newSymmetricKey } from '../../../src/config/secret-sources.js';
import { openForWriting } from '../../../src/database/open-for-writing.js';
import { MasterKeys } from '../../../src/encryption/master-keys.js';
import { addAuthenticator } from '../../support/authenticator.js';
import { createDatabase } from '../../support/database.js';
import { type CliOutcome, runCli } from '../../support/run-cli.js';
import { environmentOf, type S3Server, startS3, type TestBucket } from '../../support/s3-server.js';
import { openDatabaseOf } from '../../support/service-database.js';
import { storedFiles } from '../../support/storage-files.js';
import { startApp } from '../../support/test-app.js';
import { TusClient } from '../../support/tus.js';

const FILES = Number(process.env.ENCRYPT_FILES ?? 8);
const KILLS = Number(process.env.ENCRYPT_KILLS ?? 3);
const CANARY = 'canary-2f8a51c3';

describe('encrypt', () => {
  let s3: S3Server | null = null;
  beforeAll(async () => void (s3 = process.env.TEST_STORAGE === 's3' ? await startS3() : null));
  afterAll(() => s3?.stop());

  let database: Awaited<ReturnType<typeof createDatabase>>;
  let environment: Record<string, string>;
  let bucket: TestBucket | null;
  const key = newSymmetricKey();
  beforeEach(async () => {
    database = await createDatabase();
    bucket = (await s3?.bucket()) ?? null;
    environment = {
      STORAGE_PATH: await mkdtemp(join(tmpdir(), 'encrypt-')),
      ...(database === null ? {} : { DATABASE_URL: database.url }),
      ...(bucket === null ? {} : environmentOf(bucket)),
    };
  });
  afterEach(async () => {
    await database?.drop();
    await rm(environment.STORAGE_PATH!, { recursive: true, force: true });
  });

  const under = (keyOrNone: string) => ({ ...environment, ENCRYPTION_KEY: keyOrNone });
  const encrypt = (started?: (child: ChildProcess) => void) => runCli(['encrypt'], aws(under(key)), started);
  const aws = (env: Record<string, string>) =>
    bucket === null ? env : { ...env, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  /** The faults with which a start is refused; none when it is not. */
  const started = async (keyOrNone: string): Promise<readonly string[]> => {
    const config = loadConfig({ NODE_ENV: 'test', ...under(keyOrNone) });
    try {
      await (await openForWriting(config, MasterKeys.of(config.encryption?.masterKeys ?? null))).destroy();
      return [];
    } catch (error) {
      return (error as { faults: string[] }).faults;
    }
  };
  const withKey = async <T>(work: (source: DataSource) => Promise<T>): Promise<T> => {
    const source = await openDatabaseOf(under(key));
    try {
      return await work(source);
    } finally {
      await source.destroy();
    }
  };

  /** An installation without a key, with files, versions, a trash and an unfinished upload. */
  async function plainInstallation() {
    const service = await startApp(under(''));
    const owner = await service.user('owner@example.org');
    const contents = new Map<string, Buffer>();
    for (let n = 0; n < FILES; n++) {
      const content = Buffer.concat([Buffer.from(`${CANARY} ${n} `), randomBytes(n * 7000)]);
      contents.set((await owner.upload(content)).body.id, content);
    }
    const [first, trashed] = [...contents.keys()];
    const before = contents.get(first!)!;
    await owner.replace(first!, Buffer.from(`${CANARY} replaced`));
    await owner.json('POST', `/api/files/${first!}/versions/1/restore`);
    await owner.json('DELETE', `/api/files/${trashed!}`);
    const upload = await new TusClient(owner).begin(100_000);
    await new TusClient(owner).patch(upload, 0, Buffer.from(CANARY.repeat(100)));
    return { service, owner, contents, first: first!, before, trashed: trashed!, upload };
  }

  type Plain = Awaited<ReturnType<typeof plainInstallation>>;

  /** Everything is there again, under the key, and nothing else is. */
  async function expectEncrypted({ owner, contents, first, before, trashed, upload }: Plain) {
    await expectNoCanary();
    const service = await startApp(under(key));
    try {
      Object.assign(owner, { url: service.url });
      await owner.json('POST', `/api/trash/${trashed}/restore`);
      for (const [id, content] of contents)
        expect((await owner.download(id)).body.equals(content)).toBe(true);
      const versions = await Promise.all(
        [1, 2].map(async (version) => (await owner.fetch(`/api/files/${first}/versions/${version}`)).text()),
      );
      expect(versions).toEqual([before.toString(), `${CANARY} replaced`]);
      expect((await new TusClient(owner).head(upload)).status).toBe(410);
      expect((await owner.trail('&action=FILE_UPLOAD')).length).toBeGreaterThan(0);
      await withKey(expectAllSealed);
      // One object for each content, and none that is left over.
      const objects = bucket === null ? await storedFiles(environment.STORAGE_PATH!) : await bucket.list();
      expect(objects).toHaveLength(FILES + 1);
    } finally {
      await service.close();
    }
  }

  async function expectNoCanary() {
    for (const entry of await readdir(environment.STORAGE_PATH!, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const bytes = await readFile(path);
      for (const plain of [CANARY, 'SQLite format 3'])
        expect([path, bytes.includes(plain)]).toEqual([path, false]);
    }
  }

  async function expectAllSealed(source: DataSource) {
    const config = loadConfig({ NODE_ENV: 'test', ...under(key) });
    for (const kind of plainRows(config, MasterKeys.of(config.encryption!.masterKeys)!))
      for await (const rows of rowBatches(source, kind))
        expect([kind.table, rows.filter((row) => !kind.isCurrent(row))]).toEqual([kind.table, []]);
  }

  it('is refused while the service runs, and its key is refused by the service before', async () => {
    const plain = await plainInstallation();
    // A URL can name the connections otherwise.
    if (database !== null) environment.DATABASE_URL = `${database.url}?application_name=other`;
    const running = await encrypt();
    expect(running.code).toBe(1);
    expect(running.output).toMatch(
      /^The configuration has 1 fault\(s\):\n {2}- .*(in use by|is running).*\n$/,
    );
    await plain.service.close();
    expect(await started(key)).toEqual([expect.stringMatching(/is not encrypted: .*npm run cli -- encrypt/)]);
    expect(await started('')).toEqual([]);
    const { code, output } = await encrypt();
    expect(output).toContain(`contents: ${FILES + 1} encrypted\n`);
    expect(output).toContain('unfinished uploads: 1 have to begin again\n');
    expect(output).toMatch(/the installation is encrypted: .*\n$/);
    expect(code).toBe(0);
    await expectEncrypted(plain);
    expect(await started('')).toEqual(['ENCRYPTION_KEY is missing, and this installation is encrypted']);
    const again = await encrypt();
    expect([again.code, again.output]).toEqual([0, expect.stringContaining('contents: 0 encrypted\n')]);
  });

  it(
    `is killed ${KILLS} times, and goes on; meanwhile no service starts`,
    async () => {
      const plain = await plainInstallation();
      await plain.service.close();
      let killed = 0;
      for (let kill = 0; kill < KILLS; kill++) {
        const { code, output } = await killedWhen(kill === 0 ? copyBegun : encrypted((FILES * kill) / KILLS));
        if (code !== null) {
          expect(output).toMatch(/the installation is encrypted: .*\n$/);
          break;
        }
        killed++;
        expect([await started(''), await started(key)].map(({ length }) => length)).toEqual([1, 1]);
      }
      if (process.env.ENCRYPT_FILES !== undefined)
        process.stdout.write(`${FILES} files, ${killed} of ${KILLS} kills in the middle\n`);
      const last = await encrypt();
      expect([last.code, last.output]).toEqual([0, expect.stringContaining('the installation is encrypted')]);
      await expectEncrypted(plain);
    },
    30 * 60_000,
  );

  it('leaves the secret of a factor whose FACTOR_KEY is lost, names it, and the service starts', async () => {
    const service = await startApp(under(''));
    const owner = await service.user('owner@example.org');
    const { app } = await addAuthenticator(owner);
    await service.close();
    await rm(join(environment.STORAGE_PATH!, 'keys', 'factor-key'));
    const { code, output } = await encrypt();
    expect([code, output]).toEqual([
      0,
      expect.stringContaining(`left as it was: factors ${app.id} does not open with FACTOR_KEY`),
    ]);
    expect(await started(key)).toEqual([]);
    const reset = await runCli(['reset-factors', owner.email], aws(under(key)));
    expect([reset.code, reset.output]).toEqual([0, expect.stringContaining('1 factor removed')]);
  });

  it('leaves an unfinished upload that rekey passes over, no address in a counter, and records in the trail', async () => {
    const plain = await plainInstallation();
    await plain.owner.json('POST', '/api/users/login', { email: plain.owner.email, password: 'wrong' });
    const counters = 'SELECT attempt_key FROM sign_in_attempts';
    expect(JSON.stringify(await withPlain((source) => source.query(counters)))).toContain('127.0.0.1');
    await plain.service.close();
    expect((await encrypt()).code).toBe(0);
    expect(await withKey((source) => source.query(counters))).toEqual([]);
    const next = newSymmetricKey();
    const rekeyed = await runCli(['rekey'], aws(under(`${next},${key}`)));
    expect([rekeyed.code, rekeyed.output]).toEqual([
      0,
      expect.stringContaining('keys of unfinished uploads: 0 of 0 sealed again\n'),
    ]);
    const service = await startApp(under(next));
    try {
      const auditor = await service.userWithRole('auditor');
      const trail = await auditor.trail('&action=ENCRYPTION_*');
      expect(trail.map(({ action, actor, metadata }) => [action, actor.type, metadata])).toEqual([
        ['ENCRYPTION_REKEY', 'system', { key_id: idOf(next), resealed: expect.any(Number) }],
        ['ENCRYPTION_ENABLE', 'system', { contents: FILES + 1, key_id: idOf(key), left: 0 }],
      ]);
    } finally {
      await service.close();
    }
  });

  const idOf = (text: string) => MasterKeys.of([createSecretKey(Buffer.from(text, 'base64'))])!.currentId;

  it('leaves contents that are missing or damaged as they are, and names them', async () => {
    if (bucket !== null) return;
    const plain = await plainInstallation();
    await plain.service.close();
    const names = await withPlain((source) =>
      source.query<{ blob_key: string }[]>('SELECT blob_key FROM files ORDER BY id DESC LIMIT 2'),
    );
    const stored = await storedFiles(environment.STORAGE_PATH!);
    const [missing, damaged] = names.map(({ blob_key: name }) => stored.find((path) => path.endsWith(name))!);
    await rm(missing!);
    await writeFile(damaged!, 'other bytes');
    const { code, output } = await encrypt();
    expect(code).toBe(0);
    expect(output).toMatch(/\nleft as it was: files \S+ is missing\n/);
    expect(output).toMatch(/\nleft as it was: files \S+ is damaged\n/);
    const service = await startApp(under(key));
    Object.assign(plain.owner, { url: service.url });
    const ids = [...plain.contents.keys()].slice(-2);
    const answers = await Promise.all(ids.map(async (id) => (await plain.owner.download(id)).status));
    await service.close();
    expect(answers).toEqual([503, 503]);
  });

  const withPlain = async <T>(work: (source: DataSource) => Promise<T>): Promise<T> => {
    const source = await openDatabaseOf(under(''));
    try {
      return await work(source);
    } finally {
      await source.destroy();
    }
  };

  /** The encrypted copy of the embedded database is being written; on PostgreSQL, the first content is encrypted. */
  const copyBegun = async () =>
    database === null
      ? existsSync(join(environment.STORAGE_PATH!, 'database', 'app.sqlite.encrypting'))
      : encrypted(1)();

  /** So many contents are encrypted. */
  const encrypted = (count: number) => async () => {
    const sql = 'SELECT count(*) AS keys FROM content_keys';
    try {
      const [row] = await (database === null
        ? withKey((source) => source.query<{ keys: string }[]>(sql))
        : rowsOf<{ keys: string }>(database.url, sql));
      return Number(row!.keys) >= count;
    } catch {
      // The embedded database is still plain.
      return false;
    }
  };

  /** Runs the command, and kills it as soon as `reached`. */
  function killedWhen(reached: () => Promise<boolean>): Promise<CliOutcome> {
    return encrypt((child) => {
      void (async () => {
        while (child.exitCode === null && !(await reached())) await delay(1);
        child.kill('SIGKILL');
      })();
    });
  }
});

/** Asks PostgreSQL as somebody else: the command takes a connection with the name of the service for a service. */
async function rowsOf<T extends object>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}
