import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DataSource } from 'typeorm';
import { type Cluster, startCluster } from '../support/cluster.js';
import { Client } from '../support/client.js';
import { PostgresServer } from '../support/postgres-server.js';
import { storedFiles } from '../support/storage-files.js';
import { JWT_SECRET } from '../support/test-app.js';

const ACTIONS = Number(process.env.CLUSTER_ACTIONS ?? 1500);

/** nginx asks an instance again so long after it has failed; whoever restarts all waits for that, or none would be left. */
const FORGIVEN_MS = 5500;

describe('three processes on one database', () => {
  let cluster: Cluster;
  let database: DataSource;
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await PostgresServer.create();
    cluster = await startCluster({ databaseUrl: postgres.url });
    database = await new DataSource({
      type: 'postgres',
      url: cluster.databaseUrl,
      logging: false,
    }).initialize();
  }, 60_000);
  afterAll(async () => {
    await database.destroy();
    await cluster.stop();
    await postgres.remove();
  });

  /** The same user at one instance, past nginx. */
  function at(client: Client, index: number): Client {
    return Object.assign(new Client(cluster.instances[index]!.url), {
      token: client.token,
      userId: client.userId,
      email: client.email,
      password: client.password,
    });
  }

  it('migrated once', async () => {
    const applied: { name: string }[] = await database.query('SELECT name FROM migrations');
    expect(new Set(applied.map(({ name }) => name)).size).toBe(applied.length);
    for (const { url } of cluster.instances) expect((await fetch(`${url}/ready`)).status).toBe(200);
  });

  it('refuses what has ended at once where it was ended, and within 5 s elsewhere', async () => {
    const [leaving, deleted, disabled, owner] = await Promise.all(
      Array.from({ length: 4 }, () => cluster.user()),
    );
    const admin = await cluster.user();
    await database.query("UPDATE users SET roles = 'user,admin' WHERE id = $1", [admin.userId]);
    const { body: key } = await owner!.json<{ id: string; key: string }>('POST', '/api/auth/keys', {
      name: 'k',
      scopes: ['profile:read'],
    });
    const program = Object.assign(new Client(cluster.url), { token: key.key });
    const callers = [leaving!, deleted!, disabled!, program];
    const statuses = (index: number) =>
      Promise.all(
        callers.map(async (caller) => (await at(caller, index).json('GET', '/api/users/me')).status),
      );
    for (const index of [0, 1, 2]) expect(await statuses(index)).toEqual([200, 200, 200, 200]);
    await at(deleted!, 0).json('DELETE', '/api/users/me', { password: deleted!.password });
    await at(leaving!, 0).json('POST', '/api/auth/logout');
    await at(admin, 0).json('POST', `/api/admin/users/${disabled!.userId}/disable`);
    // What is remembered elsewhere is as young as can be.
    for (const index of [1, 2]) await statuses(index);
    await at(owner!, 0).json('DELETE', `/api/auth/keys/${key.id}`);
    const ended = Date.now();
    expect(await statuses(0)).toEqual([401, 401, 401, 401]);
    await delay(ended + 5000 - Date.now());
    for (const index of [1, 2]) expect(await statuses(index)).toEqual([401, 401, 401, 401]);
  });

  it('lets a user have 100 keys and 100 sessions, however many are made at once', async () => {
    const client = await cluster.user();
    const create = (_: unknown, index: number) =>
      at(client, index % 3).json('POST', '/api/auth/keys', { name: 'k', scopes: ['files:read'] });
    const keys: { status: number }[] = [];
    for (let round = 0; round < 3; round++)
      keys.push(...(await Promise.all(Array.from({ length: 50 }, create))));
    expect(keys.filter(({ status }) => status === 201)).toHaveLength(100);
    expect(keys.filter(({ status }) => status === 409)).toHaveLength(50);

    await database.query(
      `INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at)
       SELECT gen_random_uuid()::varchar, user_id, created_at, '2026-01-01', expires_at
       FROM sessions, generate_series(1, 95) WHERE user_id = $1`,
      [client.userId],
    );
    const signIns = await Promise.all(
      Array.from({ length: 9 }, (_, index) => at(client, index % 3).signIn()),
    );
    expect(new Set(signIns.map(({ status }) => status))).toEqual(new Set([200]));
    const open = await database.query<[{ count: string }]>(
      'SELECT count(*) FROM sessions WHERE user_id = $1 AND ended_at IS NULL',
      [client.userId],
    );
    expect(open[0].count).toBe('100');
  });

  it('counts failed sign-ins over all of them', async () => {
    const client = await cluster.user();
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        at(client, index % 3).signIn(client.email, 'a wrong passphrase'),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(20);
  });

  it(`loses and doubles nothing of ${ACTIONS} actions while one is killed, one is frozen, all are restarted and PostgreSQL too`, async () => {
    const clients = await Promise.all(Array.from({ length: 24 }, () => cluster.user()));
    const done = new Map<string, { uploads: Set<string>; failed: string[] }>();
    let left = ACTIONS;
    const act = async (client: Client): Promise<void> => {
      const mine = { uploads: new Set<string>(), failed: [] as string[] };
      done.set(client.userId, mine);
      for (let turn = 0; left-- > 0; turn++) {
        if (turn % 2 === 0) {
          // Not to be sent twice by nginx, and so allowed to fail; a client repeats it with its key.
          const id = await uploadOnce(client, `${client.userId}-${turn}`);
          mine.uploads.add(id);
        } else {
          const answer = await client.fetch('/api/files?limit=1');
          await answer.arrayBuffer();
          if (!answer.ok) mine.failed.push(`list: ${answer.status}`);
        }
      }
    };
    const disturbances = async () => {
      const [first, second] = cluster.instances as [
        (typeof cluster.instances)[0],
        (typeof cluster.instances)[0],
      ];
      await delay(500);
      first.child.kill('SIGKILL');
      await first.ended;
      await delay(500);
      await cluster.restart(0);
      second.child.kill('SIGSTOP');
      await delay(5000);
      second.child.kill('SIGCONT');
      await delay(500);
      for (const index of [0, 1, 2]) {
        cluster.instances[index]!.child.kill('SIGTERM');
        await cluster.instances[index]!.ended;
        await cluster.restart(index);
        await delay(FORGIVEN_MS);
      }
    };
    await Promise.all([disturbances(), ...clients.map(act)]);

    for (const [userId, { uploads, failed }] of done) {
      expect(failed).toEqual([]);
      const files: { id: string }[] = await database.query('SELECT id FROM files WHERE owner_id = $1', [
        userId,
      ]);
      expect(new Set(files.map(({ id }) => id))).toEqual(uploads);
    }
    // No row without its bytes, also where a commit succeeded and its answer was lost.
    const rows: { blob_key: string }[] = await database.query('SELECT blob_key FROM files');
    const stored = new Set((await storedFiles(cluster.storage)).map((path) => basename(path)));
    expect(rows.filter(({ blob_key: key }) => !stored.has(key))).toEqual([]);
    await sequenced();
    const entries: { entry: string; seq: string }[] = await database.query(
      'SELECT entry, seq FROM audit_log ORDER BY seq',
    );
    expect(entries.map(({ seq }) => Number(seq))).toEqual(entries.map((_, index) => index));
    const recorded = entries
      .map(({ entry }) => JSON.parse(entry) as { action: string; resource: string })
      .filter(({ action }) => action === 'FILE_UPLOAD')
      .map(({ resource }) => resource);
    const uploaded = [...done.values()].flatMap(({ uploads }) => [...uploads]);
    expect([...recorded].sort()).toEqual(uploaded.map((id) => `file:${id}`).sort());
    expect(await check()).toContain('whole: ');
  }, 300_000);

  async function uploadOnce(client: Client, key: string): Promise<string> {
    for (let attempt = 0; attempt < 60; attempt++) {
      try {
        const { status, body } = await client.upload(key, { headers: { 'idempotency-key': key } });
        if (status === 201) return body.id;
        if (status < 500) throw new Error(`upload answered ${status}: ${JSON.stringify(body)}`);
      } catch (error) {
        // By its name: what fetch throws is no TypeError of this realm.
        if ((error as Error).name !== 'TypeError') throw error;
      }
      await delay(250);
    }
    throw new Error(`${key} could not be uploaded`);
  }

  async function sequenced(): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt++) {
      const [row] = await database.query<[{ n: string }]>('SELECT COUNT(*) AS n FROM audit_intake');
      if (row.n === '0') return;
      await delay(100);
    }
    throw new Error('the intake is not emptied');
  }

  async function check(): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, ['dist/cli/audit-check.js'], {
      env: {
        PATH: process.env.PATH,
        JWT_SECRET,
        STORAGE_PATH: cluster.storage,
        DATABASE_URL: cluster.databaseUrl,
      },
    });
    return stdout;
  }
});
