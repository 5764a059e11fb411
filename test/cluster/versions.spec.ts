import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { type Cluster, startCluster } from '../support/cluster.js';
import { Client, sha256, type VersionBody } from '../support/client.js';
import { openDatabaseOf } from '../support/service-database.js';
import { storedFiles } from '../support/storage-files.js';
import { usageIn } from '../support/usage.js';

const KEPT = 5;

describe('Versions over three processes', () => {
  let cluster: Cluster;
  let database: DataSource;
  beforeAll(async () => {
    cluster = await startCluster({ environment: { VERSIONS_KEPT: String(KEPT) } });
    database = await openDatabaseOf({ DATABASE_URL: cluster.databaseUrl });
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

  const versionsOf = async (client: Client, id: string) =>
    (await client.json<VersionBody[]>('GET', `/api/files/${id}/versions`)).body;

  /** Usage is exact, and every instance gives every version with its digest. */
  async function requireWhole(client: Client, id: string): Promise<VersionBody[]> {
    const { counted, kept } = await usageIn(database, client.userId);
    expect(counted).toEqual(kept);
    const versions = await versionsOf(client, id);
    for (const [index, { version, sha256: digest }] of versions.entries())
      expect(sha256((await at(client, index).downloadVersion(id, version)).body)).toBe(digest);
    return versions;
  }

  it('lets one of thirty replacements with the same If-Match through, in every round, and trims exactly', async () => {
    const client = await cluster.user();
    const { body: file } = await client.upload('round 0');
    const stored = (await storedFiles(cluster.storage)).length;
    let current = 'round 0';
    for (let round = 1; round <= KEPT + 3; round++) {
      const headers = { 'if-match': `"${sha256(current)}"` };
      const texts = Array.from({ length: 30 }, (_, index) => `round ${round} of ${index}`);
      const answers = await Promise.all(
        texts.map((text, index) => at(client, index).replace(file.id, text, { headers })),
      );
      const winners = texts.filter((_, index) => answers[index]!.status === 200);
      expect([round, winners.length]).toEqual([round, 1]);
      expect(answers.filter(({ status }) => status === 412)).toHaveLength(29);
      current = winners[0]!;
    }
    const versions = await requireWhole(client, file.id);
    expect(versions.map(({ version }) => version)).toEqual([9, 8, 7, 6, 5, 4]);
    expect(await storedFiles(cluster.storage)).toHaveLength(stored + KEPT);
    const trimmed = await client.trail(`&resource=${file.id}&action=VERSION_DELETE`);
    expect(trimmed.map(({ actor, metadata }) => [actor.type, metadata.version])).toEqual([
      ['system', 3],
      ['system', 2],
      ['system', 1],
    ]);
  });

  it('keeps the newest of thirty replacements without a condition, numbered without a gap', async () => {
    const client = await cluster.user();
    const { body: file } = await client.upload('first');
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => at(client, index).replace(file.id, `of ${index}`)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(30).fill(200));
    const numbers = answers.map(({ body }) => body.version).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 30 }, (_, index) => index + 2));
    const versions = await requireWhole(client, file.id);
    expect(versions.map(({ version }) => version)).toEqual([31, 30, 29, 28, 27, 26]);
    expect(await client.trail(`&resource=${file.id}&action=VERSION_DELETE`)).toHaveLength(25);
  });

  it('restores without a copy of the bytes, on every instance at the same time', async () => {
    const client = await cluster.user();
    const { body: file } = await client.upload('one');
    await client.replace(file.id, 'two');
    const stored = await storedFiles(cluster.storage);
    const restored = await Promise.all(
      Array.from({ length: 9 }, (_, index) =>
        at(client, index).json('POST', `/api/files/${file.id}/versions/2/restore`),
      ),
    );
    for (const { status, body } of restored) expect([status, body.sha256]).toEqual([200, sha256('two')]);
    const one = await client.json('POST', `/api/files/${file.id}/versions/1/restore`);
    // Version 1 may have been trimmed by the restores before.
    expect([200, 404]).toContain(one.status);
    expect((await storedFiles(cluster.storage)).filter((name) => !stored.includes(name))).toEqual([]);
    await requireWhole(client, file.id);
  });
});
