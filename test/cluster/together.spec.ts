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

/**
 * nginx tries a failed instance again after this time. A restart of all instances must wait for it after each
 * one.
 */
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
  });
  afterAll(async () => {
    await database.destroy();
    await cluster.stop();
    await postgres.remove();
  });

  /** The same user at one instance, without nginx. */
  function at(client: Client, index: number): Client {
    return Object.assign(new Client(cluster.instances[index]!.url), {
      token: client.token,
      userId: client.userId,
      email: client.email,
      password: client.password,
    });
  }

  it('migrate once', async () => {
    const applied: { name: string }[] = await database.query('SELECT name FROM migrations');
    expect(new Set(applied.map(({ name }) => name)).size).toBe(applied.length);
    for (const { url } of cluster.instances) expect((await fetch(`${url}/ready`)).status).toBe(200);
  });

  it('refuses an ended session or key at once on the instance that ended it, and within 5 s on others', async () => {
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
    // Fills the caches of the other instances just before the change.
    for (const index of [1, 2]) await statuses(index);
    await at(owner!, 0).json('DELETE', `/api/auth/keys/${key.id}`);
    const ended = Date.now();
    expect(await statuses(0)).toEqual([401, 401, 401, 401]);
    await delay(ended + 5000 - Date.now());
    for (const index of [1, 2]) expect(await statuses(index)).toEqual([401, 401, 401, 401]);
  });

  it('allows a user 100 keys and 100 sessions, even when more are made in parallel', async () => {
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

  it('let in every right password of a parallel burst', async () => {
    const client = await cluster.user();
    const burst = await Promise.all(Array.from({ length: 30 }, (_, i) => at(client, i % 3).signIn()));
    expect(burst.map(({ status }) => status)).toEqual(Array<number>(30).fill(200));
  });

  it('restore or delete each file of a trash once, and empty it together', async () => {
    const client = await cluster.user();
    const uploads = await Promise.all(Array.from({ length: 12 }, (_, n) => client.upload(`bytes ${n}`)));
    const ids = uploads.map(({ body }) => body.id);
    const everywhere = <T>(ask: (one: Client) => Promise<T>) =>
      Promise.all([0, 1, 2].map((index) => ask(at(client, index))));
    for (const id of ids) {
      const trashed = await everywhere((one) => one.json('DELETE', `/api/files/${id}`));
      expect(trashed.map(({ status }) => status).sort()).toEqual([204, 404, 404]);
      const taken = await Promise.all([
        ...[0, 1].map((index) => at(client, index).json('POST', `/api/trash/${id}/restore`)),
        at(client, 2).json('DELETE', `/api/trash/${id}`),
      ]);
      const winners = taken.filter(({ status }) => status < 300);
      expect([winners.length, taken.filter(({ status }) => status === 404).length]).toEqual([1, 2]);
    }
    await database.query(
      `INSERT INTO files (id, owner_id, name, name_folded, mime_type, size, sha256, blob_key, created_at, updated_at, trashed_at)
       SELECT gen_random_uuid()::varchar, $1, n, n, 'text/plain', 0, '', gen_random_uuid()::varchar, at, at, at
       FROM (SELECT n::varchar, '2026-11-24T10:00:00.000Z' AS at FROM generate_series(1, 3000) AS n) AS numbers`,
      [client.userId],
    );
    const emptied = await everywhere((one) => one.json('DELETE', '/api/trash'));
    expect(emptied.map(({ status }) => status)).toEqual([204, 204, 204]);
    expect((await client.json('GET', '/api/trash')).body).toEqual([]);
    await sequenced();
    const removed: { resource: string; n: string }[] = await database.query(
      `SELECT resource, count(*) AS n FROM audit_log WHERE subject = $1 AND action = 'FILE_DELETE'
       AND entry LIKE '%"permanently":true%' GROUP BY resource`,
      [client.userId],
    );
    expect(removed.filter(({ n }) => n !== '1')).toEqual([]);
    const [live] = await database.query<[{ n: string; bytes: string }]>(
      'SELECT count(*) AS n, sum(size) AS bytes FROM files WHERE owner_id = $1',
      [client.userId],
    );
    expect(removed).toHaveLength(3000 + ids.length - Number(live.n));
    const [usage] = await database.query<[{ files_bytes: string; trash_bytes: string }]>(
      'SELECT files_bytes, trash_bytes FROM storage_usage WHERE owner_id = $1',
      [client.userId],
    );
    expect(usage).toEqual({ files_bytes: live.bytes ?? '0', trash_bytes: '0' });
  });

  it('count failed sign-ins together', async () => {
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

  it(`loses and doubles none of ${ACTIONS} actions while one instance is killed, one is frozen, and all instances and PostgreSQL are restarted`, async () => {
    const clients = await Promise.all(Array.from({ length: 24 }, () => cluster.user()));
    const done = new Map<string, { uploads: Set<string>; failed: string[] }>();
    let left = ACTIONS;
    const act = async (client: Client): Promise<void> => {
      const mine = { uploads: new Set<string>(), failed: [] as string[] };
      done.set(client.userId, mine);
      for (let turn = 0; left-- > 0; turn++) {
        if (turn % 2 === 0) {
          // nginx must not send this twice, so it may fail. A client repeats it with its key.
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
    // Every row has its bytes, even when the answer to a successful commit was lost.
    const rows: { blob_key: string }[] = await database.query('SELECT blob_key FROM files');
    const stored = new Set((await storedFiles(cluster.storage)).map((path) => basename(path)));
    expect(rows.filter(({ blob_key: key }) => !stored.has(key))).toEqual([]);
    await sequenced();
    const entries: { entry: string; seq: string; subject: string }[] = await database.query(
      'SELECT entry, seq, subject FROM audit_log ORDER BY seq',
    );
    expect(entries.map(({ seq }) => Number(seq))).toEqual(entries.map((_, index) => index));
    const recorded = entries
      .filter(({ subject }) => done.has(subject))
      .map(({ entry }) => JSON.parse(entry) as { action: string; resource: string })
      .filter(({ action }) => action === 'FILE_UPLOAD')
      .map(({ resource }) => resource);
    const uploaded = [...done.values()].flatMap(({ uploads }) => [...uploads]);
    expect([...recorded].sort()).toEqual(uploaded.map((id) => `file:${id}`).sort());
    expect(await check()).toContain('whole: ');
  });

  async function uploadOnce(client: Client, key: string): Promise<string> {
    for (let attempt = 0; attempt < 60; attempt++) {
      try {
        const { status, body } = await client.upload(key, { headers: { 'idempotency-key': key } });
        if (status === 201) return body.id;
        if (status < 500) throw new Error(`upload answered ${status}: ${JSON.stringify(body)}`);
      } catch (error) {
        // Compared by name: the error of fetch is not a TypeError of this realm.
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
