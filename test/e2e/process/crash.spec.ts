import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, Client, type FileBody, sha256 } from '../../support/client.js';
import { startProgram } from '../../support/process.js';
import { storedFiles } from '../../support/storage-files.js';

const CYCLES = Number(process.env.CRASH_CYCLES ?? 5);

describe('security.md: crash', () => {
  let storage: string;
  /** Acknowledged uploads, those of files deleted since among them. */
  let uploads = 0;
  beforeEach(async () => void (storage = await mkdtemp(join(tmpdir(), 'crash-'))));
  afterEach(() => rm(storage, { recursive: true, force: true }));

  it(
    `keeps every acknowledged upload, with one row and one record, over ${CYCLES} kill -9 under load`,
    async () => {
      const acknowledged = new Map<string, string>();
      const deleted = new Set<string>();
      const client = new Client('');
      for (let cycle = 0; cycle <= CYCLES; cycle++) {
        const service = await startProgram({ STORAGE_PATH: storage, LOG_LEVEL: 'warn' });
        Object.assign(client, { url: service.url });
        if (cycle === 0) await client.register('crash@example.org', 'a long enough passphrase');
        await verify(client, acknowledged, deleted);
        if (cycle < CYCLES) {
          const before = uploads;
          const load = Promise.all(Array.from({ length: 6 }, () => work(client, acknowledged, deleted)));
          // The load goes on until something has been acknowledged, however slow the machine is.
          while (uploads < before + 2) await delay(10);
          await delay(Math.random() * 250);
          service.child.kill('SIGKILL');
          await Promise.all([load, service.ended]);
        } else {
          service.child.kill('SIGTERM');
          expect(await service.ended).toBe(0);
        }
      }
      expect(uploads).toBeGreaterThanOrEqual(2 * CYCLES);
    },
    60_000 + CYCLES * 20_000,
  );

  /** Uploads files and deletes a third of them, until the server has stopped. */
  async function work(
    client: Client,
    acknowledged: Map<string, string>,
    deleted: Set<string>,
  ): Promise<void> {
    for (;;) {
      try {
        const bytes = randomBytes(1000 + Math.floor(Math.random() * 200_000));
        const { status, body } = await client.upload(bytes);
        if (status !== 201) return;
        uploads += 1;
        acknowledged.set(body.id, sha256(bytes));
        if (Math.random() < 0.3) {
          // Without an answer, the deletion may have happened or not. The file must then be complete or gone.
          acknowledged.delete(body.id);
          if ((await client.json('DELETE', `/api/files/${body.id}?permanently=true`)).status === 204)
            deleted.add(body.id);
        }
      } catch {
        return;
      }
    }
  }

  async function verify(
    client: Client,
    acknowledged: Map<string, string>,
    deleted: Set<string>,
  ): Promise<void> {
    const rows = await everyFile(client);
    const ids = new Set(rows.map(({ id }) => id));
    expect([...acknowledged.keys()].filter((id) => !ids.has(id))).toEqual([]);
    expect([...deleted].filter((id) => ids.has(id))).toEqual([]);
    // The numbers of objects and rows are equal: nothing is missing and nothing is left over.
    expect(await storedFiles(storage)).toHaveLength(rows.length);
    const newest = rows.slice(0, 40);
    for (const row of newest) expect(sha256((await client.download(row.id)).body)).toBe(row.sha256);
    const recorded = await everyUpload(client);
    expect(new Set(recorded).size).toBe(recorded.length);
    expect(rows.filter(({ id }) => !recorded.includes(id))).toEqual([]);
    expect(recorded).toHaveLength(rows.length + (await deletions(client)));
  }

  const everyFile = (client: Client) => pages<FileBody>(client, '/api/files?limit=200');
  const everyUpload = async (client: Client) =>
    (await pages<{ resource: string }>(client, '/api/audit/logs?limit=200&action=FILE_UPLOAD')).map(
      ({ resource }) => resource,
    );
  const deletions = async (client: Client) =>
    (await pages<unknown>(client, '/api/audit/logs?limit=200&action=FILE_DELETE')).length;

  async function pages<T>(client: Client, first: string): Promise<T[]> {
    const items: T[] = [];
    for (let path: string | undefined = first; path !== undefined;) {
      const answer: Answer<T[]> = await client.json<T[]>('GET', path);
      items.push(...answer.body);
      path = /<([^>]+)>/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    return items;
  }
});
