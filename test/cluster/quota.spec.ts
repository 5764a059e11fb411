import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { type Cluster, startCluster } from '../support/cluster.js';
import { Client } from '../support/client.js';
import { filePart, multipart, openRaw, uploadHead } from '../support/raw-http.js';
import { openDatabaseOf } from '../support/service-database.js';
import { uploadForm } from '../support/sized-upload.js';
import { storedFiles } from '../support/storage-files.js';
import { usageIn } from '../support/usage.js';

const MIB = 1024 * 1024;

describe('A quota over three processes', () => {
  let cluster: Cluster;
  let database: DataSource;
  beforeAll(async () => {
    cluster = await startCluster({ environment: { QUOTA_BYTES_PER_USER: String(10 * MIB) } });
    database = await openDatabaseOf({ DATABASE_URL: cluster.databaseUrl }, 'write');
  });
  afterAll(async () => {
    await database.destroy();
    await cluster.stop();
  });

  /** The same user at one instance, without nginx. */
  const at = (client: Client, index: number): Client =>
    Object.assign(new Client(cluster.instances[index % 3]!.url), {
      token: client.token,
      userId: client.userId,
    });

  async function expectUsage(client: Client, files: number, versions = 0): Promise<void> {
    const { counted, kept } = await usageIn(database, client.userId);
    expect(counted).toEqual({ files, versions, trash: 0, reserved: 0 });
    expect(kept).toEqual(counted);
  }

  const inOrder = (count: number, ok: number) => [
    ...Array<number>(count).fill(ok),
    ...Array<number>(50 - count).fill(413),
  ];

  it.each([
    ['with their length', 1000, false],
    ['with their length', 100_000, false],
    ['with their length', MIB, false],
    ['in chunks', 1000, true],
    ['in chunks', 100_000, true],
    ['in chunks', MIB, true],
  ])(
    'lets exactly ten of fifty parallel uploads in, %s, of %i bytes',
    async (_, bytes, chunked) => {
      const client = await cluster.user();
      await setQuota(client, 10 * bytes);
      const before = await storedFiles(cluster.storage);
      const answers = await Promise.all(
        Array.from({ length: 50 }, (__, index) => uploadForm(at(client, index), bytes, { chunked })),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual(inOrder(10, 201));
      await expectUsage(client, 10 * bytes);
      expect(await storedFiles(cluster.storage)).toHaveLength(before.length + 10);
    },
    60_000,
  );

  it.each([false, true])(
    'lets exactly ten of fifty parallel replacements in (chunked: %s)',
    async (chunked) => {
      const client = await cluster.user();
      const bytes = 5 * 1024;
      const files = await Promise.all(
        Array.from({ length: 50 }, async () => (await client.upload('')).body.id),
      );
      await setQuota(client, 10 * bytes);
      const answers = await Promise.all(
        files.map((replaces, index) => uploadForm(at(client, index), bytes, { chunked, replaces })),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual(inOrder(10, 200));
      await expectUsage(client, 10 * bytes);
    },
    60_000,
  );

  it('is shown by every process as it is', async () => {
    const client = await cluster.user();
    for (let index = 0; index < 6; index++) {
      await at(client, index).upload('x'.repeat(100));
      const { body } = await at(client, index + 1).json<{ storage: object }>('GET', '/api/users/me');
      expect(body.storage).toMatchObject({ used: 100 * (index + 1), files: 100 * (index + 1) });
    }
  });

  it('has what kill -9 left reserved again when the lease has ended', async () => {
    const client = await cluster.user();
    const part = multipart([filePart('a.bin', Buffer.alloc(MIB))], false);
    const socket = await openRaw(
      Number(new URL(cluster.instances[0]!.url).port),
      Buffer.concat([Buffer.from(uploadHead(client.token, 8 * MIB)), part]),
    );
    const reserved = async () => (await usageIn(database, client.userId)).counted.reserved;
    while ((await reserved()) < 7 * MIB) await delay(20);
    cluster.instances[0]!.child.kill('SIGKILL');
    await cluster.instances[0]!.ended;
    socket.destroy();
    await cluster.restart(0);
    // Another process could still be writing: until the lease has ended, the bytes count.
    expect(await reserved()).toBeGreaterThan(7 * MIB);
    expect((await at(client, 1).upload(Buffer.alloc(4 * MIB))).status).toBe(413);
    await database.query('UPDATE pending_blobs SET lease_until = $1 WHERE owner_id = $2', [
      '2026-01-01T00:00:00.000Z',
      client.userId,
    ]);
    cluster.instances[0]!.child.kill('SIGTERM');
    await cluster.instances[0]!.ended;
    await cluster.restart(0);
    while ((await reserved()) > 0) await delay(20);
    await expectUsage(client, 0);
    expect((await at(client, 1).upload(Buffer.alloc(10 * MIB))).status).toBe(201);
  });

  async function setQuota(client: Client, bytes: number): Promise<void> {
    const admin = await cluster.user();
    await database.query("UPDATE users SET roles = 'user,admin' WHERE id = $1", [admin.userId]);
    const { body } = await admin.signIn();
    admin.token = body.token;
    for (let attempt = 0; attempt < 100; attempt++) {
      const { status } = await admin.json('PUT', `/api/admin/users/${client.userId}/quota`, { bytes });
      if (status === 200) return;
      await delay(100);
    }
    throw new Error('the quota could not be set');
  }
});
