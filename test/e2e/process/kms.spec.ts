import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { Rekey } from '../../../src/cli/rekey/rekey.js';
import { withDatabase } from '../../../src/cli/rekey/open-database.js';
import type { AppConfig } from '../../../src/config/app-config.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { newSymmetricKey } from '../../../src/config/secret-sources.js';
import { openForWriting } from '../../../src/database/open-for-writing.js';
import { loadUnlockedConfig } from '../../../src/encryption/kms/unlocked-config.js';
import { MasterKeys } from '../../../src/encryption/master-keys.js';
import { createDatabase } from '../../support/database.js';
import { launchMoto } from '../../support/moto.js';
import { runProgram } from '../../support/process.js';
import { openDatabaseOf } from '../../support/service-database.js';

describe('a master key of AWS KMS', () => {
  let server: Awaited<ReturnType<typeof launchMoto>>;
  let kmsKey: string;
  let otherKmsKey: string;
  beforeAll(async () => {
    server = await launchMoto();
    Object.assign(process.env, { AWS_ENDPOINT_URL_KMS: server.endpoint, AWS_REGION: 'us-east-1' });
    const client = new KMSClient({});
    const keys = [await client.send(new CreateKeyCommand({})), await client.send(new CreateKeyCommand({}))];
    client.destroy();
    [kmsKey, otherKmsKey] = keys.map(({ KeyMetadata }) => `aws-kms://${KeyMetadata!.Arn!}`) as [
      string,
      string,
    ];
  });
  afterAll(async () => {
    delete process.env.AWS_ENDPOINT_URL_KMS;
    delete process.env.AWS_REGION;
    server.process.kill('SIGKILL');
    await once(server.process, 'exit');
  });

  let storage: string;
  let database: Awaited<ReturnType<typeof createDatabase>>;
  beforeEach(async () => {
    storage = await mkdtemp(join(tmpdir(), 'kms-'));
    database = await createDatabase();
  });
  afterEach(async () => {
    await database?.drop();
    await rm(storage, { recursive: true, force: true });
  });

  const environment = (...keys: string[]) => ({
    NODE_ENV: 'test',
    STORAGE_PATH: storage,
    ENCRYPTION_KEY: keys.join(),
    ...(database === null ? {} : { DATABASE_URL: database.url }),
  });
  const load = (...keys: string[]) => loadUnlockedConfig(environment(...keys));
  const keysOf = ({ encryption }: AppConfig) => MasterKeys.of(encryption!.masterKeys)!;
  /** What a start does with the database. */
  const start = async (config: AppConfig) => {
    const keys = config.encryption && keysOf(config);
    await (await openForWriting(config, keys)).destroy();
  };
  const refused = (...keys: string[]) =>
    load(...keys).then(
      () => [],
      (error: { faults: string[] }) => error.faults,
    );
  /** How many wrapped keys are kept. */
  const kept = async () => {
    if (database === null) {
      if (!existsSync(join(storage, 'keys'))) return 0;
      const names = await readdir(join(storage, 'keys'));
      return names.filter((name) => name.startsWith('kms-')).length;
    }
    const source = await openDatabaseOf(environment(newSymmetricKey()));
    try {
      if (!(await source.createQueryRunner().hasTable('wrapped_master_keys'))) return 0;
      return (await source.query<object[]>('SELECT 1 FROM wrapped_master_keys')).length;
    } finally {
      await source.destroy();
    }
  };

  it('is made once, by processes that start together too, and kept wrapped', async () => {
    const first = await Promise.all([load(kmsKey), load(kmsKey), load(kmsKey)]);
    const ids = new Set(first.map((config) => keysOf(config).currentId));
    expect(ids.size).toBe(1);
    await start(first[0]);
    const again = await load(kmsKey);
    await start(again);
    expect([...ids]).toEqual([keysOf(again).currentId]);
    expect(await kept()).toBe(1);
    const secret = again.encryption!.masterKeys[0].export();
    for (const entry of await readdir(storage, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const bytes = await readFile(join(entry.parentPath, entry.name));
      for (const form of [secret, secret.toString('base64'), secret.toString('hex')])
        expect(bytes.includes(form)).toBe(false);
    }
  });

  it('takes the place of a given key, and gives it back, by rekey', async () => {
    const given = newSymmetricKey();
    await start(await load(given));
    for (const [next, before] of [
      [kmsKey, given],
      [otherKmsKey, kmsKey],
      [given, otherKmsKey],
    ] as const) {
      const config = await load(next, before);
      await start(config);
      await withDatabase(config, keysOf(config), (open) =>
        new Rekey(config, keysOf(config), open).run(() => undefined),
      );
      await start(await load(next));
      await expect(start(await load(before))).rejects.toThrow('ENCRYPTION_KEY lacks the key');
    }
  });

  it('is not made for an installation that is encrypted under another key, or is plain', async () => {
    const given = newSymmetricKey();
    await start(await load(given));
    expect(await refused(kmsKey)).toEqual([expect.stringContaining('ENCRYPTION_KEY lacks the key')]);
    expect(await kept()).toBe(0);
    await rm(join(storage, 'database'), { recursive: true, force: true });
    await rm(join(storage, 'keys', 'database-key'), { force: true });
    await database?.drop();
    database = await createDatabase();
    const plain = loadConfig(environment());
    await start(plain);
    const source = await openDatabaseOf(environment(), 'write');
    await source.query(
      "INSERT INTO users (id, email, email_folded, password_hash, roles, created_at, updated_at) VALUES ('u', 'e', 'e', 'h', 'user', 'c', 'c')",
    );
    await source.destroy();
    expect(await refused(kmsKey)).toEqual([expect.stringContaining('not encrypted')]);
    expect(await kept()).toBe(0);
  });

  it('is refused in one message when KMS does not know it, or does not answer, and nothing is kept', async () => {
    const unknown = 'aws-kms://00000000-0000-4000-8000-000000000000';
    const message =
      /^ENCRYPTION_KEY: AWS KMS does not give the key of aws-kms:\/\/0{8}-\S+ \(NotFoundException: .*\)$/;
    expect(await refused(unknown)).toEqual([expect.stringMatching(message)]);
    expect(await refused(kmsKey, kmsKey)).toEqual(['ENCRYPTION_KEY has the same key twice']);
    expect(await refused('aws-kms://')).toEqual([expect.stringContaining('is followed by no id')]);
    expect(await kept()).toBe(0);
    const service = await runProgram({
      ...environment(kmsKey),
      NODE_ENV: 'development',
      AWS_ENDPOINT_URL_KMS: 'http://127.0.0.1:9',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
    expect(await service.ended).toBe(1);
    expect(service.output()).toMatch(
      /(^|\n)The configuration has 1 fault\(s\):\n {2}- ENCRYPTION_KEY: AWS KMS does not give the key of aws-kms:.*\n$/,
    );
    expect(await kept()).toBe(0);
  });
});
