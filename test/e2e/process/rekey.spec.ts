import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSecretKey, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { Sequencer } from '../../../src/audit/intake/sequencer.js';
import { replaceRows } from '../../../src/cli/rekey/replace-rows.js';
import { sealedPlaceRows } from '../../../src/cli/rekey/sealed-place-rows.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { newSymmetricKey } from '../../../src/config/secret-sources.js';
import { insertRows } from '../../../src/database/insert-rows.js';
import { openForWriting } from '../../../src/database/open-for-writing.js';
import { Transactions } from '../../../src/database/transactions.js';
import { MasterKeys } from '../../../src/encryption/master-keys.js';
import { AUDIT_PRIVATE } from '../../../src/encryption/sealed-places.js';
import type { Row } from '../../../src/encryption/sealed-rows.js';
import { ContentKeys } from '../../../src/files/encryption/content-keys.js';
import { Client } from '../../support/client.js';
import { createDatabase } from '../../support/database.js';
import { type CliOutcome, runCli } from '../../support/run-cli.js';
import { openDatabaseOf } from '../../support/service-database.js';
import { startApp } from '../../support/test-app.js';
import { TusClient } from '../../support/tus.js';

const ROWS = Number(process.env.REKEY_ROWS ?? 3000);
const KILLS = Number(process.env.REKEY_KILLS ?? 2);

describe('rekey', () => {
  const [old, current] = [newSymmetricKey(), newSymmetricKey()];
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let environment: Record<string, string>;
  beforeEach(async () => {
    database = await createDatabase();
    environment = {
      STORAGE_PATH: await mkdtemp(join(tmpdir(), 'rekey-')),
      ...(database === null ? {} : { DATABASE_URL: database.url }),
    };
  });
  afterEach(async () => {
    await database?.drop();
    await rm(environment.STORAGE_PATH!, { recursive: true, force: true });
  });

  const under = (...keys: string[]) => ({ ...environment, ENCRYPTION_KEY: keys.join() });
  const rekey = (...keys: string[]) => runCli(['rekey'], under(...keys));
  const idOf = (key: string) => MasterKeys.of([createSecretKey(Buffer.from(key, 'base64'))])!.currentId;
  const connected = async <T>(keys: string[], work: (database: DataSource) => Promise<T>): Promise<T> => {
    const source = await openDatabaseOf(under(...keys), 'write');
    try {
      return await work(source);
    } finally {
      await source.destroy();
    }
  };
  /** Starts and stops a service, with some work in between. */
  const served = async (keys: string[], work: (url: string) => Promise<void>) => {
    const service = await startApp(under(...keys));
    try {
      await work(service.url);
    } finally {
      await service.close();
    }
  };
  const contents = [randomBytes(70_000), randomBytes(10)] as const;

  it('seals everything under the first key, so that the old one can go, and says so', async () => {
    const owner = new Client('');
    const ids: string[] = [];
    let path = '';
    await served([old], async (url) => {
      Object.assign(owner, { url });
      await owner.register('owner@example.org', 'a long enough passphrase');
      for (const content of contents) ids.push((await owner.upload(content)).body.id);
      path = await new TusClient(owner).begin(contents[0].length);
      await new TusClient(owner).patch(path, 0, contents[0].subarray(0, 50_000));
    });
    expect(await rekey(current)).toMatchObject({ code: 1, output: refusal(`lacks the key ${idOf(old)}`) });
    const { code, output } = await rekey(current, old);
    expect(output).toContain('keys of contents: 2 of 2 sealed again\n');
    expect(output).toContain('keys of unfinished uploads: 1 of 1 sealed again\n');
    for (const table of ['sessions', 'audit_private'])
      expect(output).toMatch(new RegExp(`rows of ${table}: ([1-9]\\d*) of \\1 sealed again\n`));
    if (database === null) expect(output).toContain('keys of the database: 1 of 1 sealed again\n');
    expect(output).toContain('\nnothing is sealed under an older key:');
    expect(code).toBe(0);
    await served([current], async (url) => {
      Object.assign(owner, { url });
      for (const [index, id] of ids.entries())
        expect((await owner.download(id)).body.equals(contents[index]!)).toBe(true);
      expect((await owner.trail('&action=FILE_UPLOAD')).every(({ ip }) => ip !== null)).toBe(true);
      const { fileId } = await new TusClient(owner).patch(path, 50_000, contents[0].subarray(50_000));
      expect((await owner.download(fileId!)).body.equals(contents[0])).toBe(true);
    });
    expect(await rekey(old)).toMatchObject({ code: 1, output: refusal(`lacks the key ${idOf(current)}`) });
    const again = await rekey(current);
    expect([again.code, again.output]).toEqual([0, expect.stringContaining('contents: 0 of 3 sealed again')]);
  });

  it('has nothing to do without a key', async () =>
    expect(await runCli(['rekey'], environment)).toMatchObject({
      code: 1,
      output: refusal('ENCRYPTION_KEY is missing'),
    }));

  /** One message and nothing else. */
  const refusal = (words: string) =>
    expect.stringMatching(new RegExp(`^The configuration has 1 fault\\(s\\):\n {2}- .*${words}.*\n$`));

  it('with an embedded database, waits for no service: it is refused', async () => {
    if (database !== null) return;
    await served([old], async () =>
      expect(await rekey(current, old)).toMatchObject({
        code: 1,
        output: refusal('is in use by another process'),
      }),
    );
  });

  it('is refused while a service runs on PostgreSQL that still seals under another key', async () => {
    if (database === null) return;
    environment.DATABASE_URL = `${database.url}?application_name=other`;
    const among = refusal(`another first key \\(${idOf(old)}\\)`);
    for (const keys of [[old], [old, current]]) {
      await served(keys, async () =>
        expect(await rekey(current, old)).toMatchObject({ code: 1, output: among }),
      );
      // What was refused has written nothing: the service starts again as it was.
      await served(keys, () => Promise.resolve());
    }
    await served([current, old], async () => expect((await rekey(current, old)).code).toBe(0));
  });

  it('erases with the values of a user also those that are sealed again at this moment, on PostgreSQL', async () => {
    if (database === null) return;
    const service = await startApp(under(current, old));
    const writing = await openDatabaseOf(under(current, old), 'write');
    try {
      const leaver = await service.user();
      await service.app.get(Sequencer).run();
      const masterKeys = service.app.get(MasterKeys);
      const kind = sealedPlaceRows(AUDIT_PRIVATE, masterKeys);
      const rows = await writing.query<Row[]>('SELECT * FROM audit_private ORDER BY seq');
      expect(rows.length).toBeGreaterThan(0);
      let answer: Promise<{ status: number }> | undefined;
      await new Transactions(writing).run(async (tx) => {
        await replaceRows(
          tx,
          kind,
          rows.map((read) => ({ read, renewed: kind.renewed(read) })),
        );
        answer = leaver.json('DELETE', '/api/users/me', { password: leaver.password });
        await untilOneWaits(writing);
      });
      expect((await answer!).status).toBe(204);
      const left = `SELECT seq FROM audit_private WHERE seq IN (${rows.map(({ seq }) => seq).join()})`;
      for (let wait = 0; wait < 400 && (await writing.query<Row[]>('SELECT 1 FROM users')).length > 0; wait++)
        await delay(25);
      expect(await writing.query(left)).toEqual([]);
    } finally {
      await writing.destroy();
      await service.close();
    }
  });

  /** Until a statement waits for a lock that somebody holds. */
  async function untilOneWaits(source: DataSource): Promise<void> {
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    while ((await source.query<Row[]>(waiting)).length === 0) await delay(5);
  }

  it('names what cannot be opened, seals the rest, and keeps asking for the old key', async () => {
    await withKeys(3);
    await connected([old], (source) =>
      source.query("UPDATE content_keys SET segments = '[[2,1]]' WHERE blob_key LIKE '%00000001'"),
    );
    const { code, output } = await rekey(current, old);
    expect(code).toBe(1);
    expect(output).toMatch(/^not everything .*:\n {2}- content_keys \S+-000000000001 is damaged: .*\n$/);
    expect(await connected([current, old], sealedUnderOld)).toBe(1);
    expect(await rekey(current)).toMatchObject({ code: 1, output: refusal(`lacks the key ${idOf(old)}`) });
    await connected([current, old], (source) =>
      source.query("DELETE FROM content_keys WHERE blob_key LIKE '%00000001'"),
    );
    expect((await rekey(current, old)).code).toBe(0);
    expect((await rekey(current)).code).toBe(0);
  });

  it(
    `is killed ${KILLS} times while it seals ${ROWS} keys, and goes on`,
    async () => {
      const dataKeys = await withKeys(ROWS);
      const outcomes: CliOutcome[] = [];
      const began = Date.now();
      for (let kill = 1; kill <= KILLS; kill++) outcomes.push(await killedAfter((ROWS * kill) / (KILLS + 1)));
      const killed = outcomes.filter(({ code }) => code === null).length;
      const last = await rekey(current, old);
      if (process.env.REKEY_ROWS !== undefined)
        process.stdout.write(
          `${ROWS} keys, ${killed} of ${KILLS} kills in the middle, ${Date.now() - began} ms\n${last.output}`,
        );
      expect([last.code, last.output]).toEqual([
        0,
        expect.stringMatching(`keys of contents: \\d+ of ${ROWS} sealed again\n`),
      ]);
      // The old key is gone. Each key of a content opens, and is what it was.
      await connected([current], async (source) => {
        const { encryption } = loadConfig({ NODE_ENV: 'test', ...under(current) });
        const sealer = MasterKeys.of(encryption!.masterKeys)!.sealer('content key');
        const keys = new ContentKeys(sealer, source, new Transactions(source));
        for (const [blobKey, dataKey] of dataKeys)
          expect((await keys.find(blobKey))!.dataKey.export().equals(dataKey)).toBe(true);
      });
    },
    30 * 60_000,
  );

  /** Makes an installation with so many keys of contents under the old key. @returns them. */
  async function withKeys(count: number): Promise<Map<string, Buffer>> {
    const config = loadConfig({ NODE_ENV: 'test', ...under(old) });
    const masterKeys = MasterKeys.of(config.encryption!.masterKeys)!;
    await (await openForWriting(config, masterKeys)).destroy();
    const sealer = masterKeys.sealer('content key');
    const dataKeys = new Map<string, Buffer>();
    const rows = Array.from({ length: count }, (_, index) => {
      const blobKey = `01890000-0000-7000-8000-${String(index).padStart(12, '0')}`;
      const dataKey = randomBytes(32);
      dataKeys.set(blobKey, dataKey);
      return [blobKey, sealer.seal(dataKey, `${blobKey} [[1,1]]`), '[[1,1]]'];
    });
    await connected([old], (source) =>
      source.transaction((tx) => insertRows(tx, 'content_keys', ['blob_key', 'wrapped', 'segments'], rows)),
    );
    return dataKeys;
  }

  async function sealedUnderOld(source: DataSource): Promise<number> {
    const [row] = await source.query<{ left: string }[]>(
      `SELECT count(*) AS "left" FROM content_keys WHERE wrapped LIKE 'v1.${idOf(old)}.%'`,
    );
    return Number(row!.left);
  }

  /** Runs the command, and kills it as soon as so many keys are sealed again. */
  async function killedAfter(resealed: number): Promise<CliOutcome> {
    const watching = await openDatabaseOf(under(current, old));
    try {
      return await runCli(['rekey'], under(current, old), (child) => {
        void (async () => {
          while (child.exitCode === null && ROWS - (await sealedUnderOld(watching)) < resealed)
            await delay(1);
          child.kill('SIGKILL');
        })();
      });
    } finally {
      await watching.destroy();
    }
  }
});
