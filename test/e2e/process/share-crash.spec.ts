import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type AuditBody, Client } from '../../support/client.js';
import { type ServiceProcess, startProgram } from '../../support/process.js';
import { openDatabaseOf } from '../../support/service-database.js';
import { type GrantBody, openShare, pathOf, share, type ShareBody } from '../../support/shares.js';

const CYCLES = Number(process.env.CRASH_CYCLES ?? 3);
const LIMIT = 40;

describe('security.md: crash, grants of links', () => {
  let storage: string;
  let service: ServiceProcess;
  beforeEach(async () => void (storage = await mkdtemp(join(tmpdir(), 'share-crash-'))));
  afterEach(async () => {
    service.child.kill('SIGKILL');
    await rm(storage, { recursive: true, force: true });
  });

  /** Rows of the table, by the id of their link. */
  async function storedGrants(): Promise<Map<string, number>> {
    const database = await openDatabaseOf({ STORAGE_PATH: storage });
    const rows: { id: string; n: number }[] = await database.query(
      'SELECT link_id AS id, count(*) AS n FROM share_grants GROUP BY link_id',
    );
    await database.destroy();
    return new Map(rows.map(({ id, n }) => [id, n]));
  }

  it(
    `have one row, one download and one record each, over ${CYCLES} kill -9 under load`,
    async () => {
      const client = new Client('');
      const links: ShareBody[] = [];
      /** What clients were told, by the id of the link. */
      const acknowledged = new Map<string, GrantBody[]>();
      let answers = 0;

      /** Opens links until the server has stopped. */
      async function open(): Promise<void> {
        for (let turn = 0; ; turn++) {
          const link = links[turn % links.length]!;
          try {
            const { status, body } = await openShare(client, link.token);
            if (status === 201) acknowledged.get(link.id)!.push(body);
            else if (status !== 404) return;
            answers += 1;
          } catch {
            return;
          }
        }
      }

      for (let cycle = 0; cycle <= CYCLES; cycle++) {
        service = await startProgram({ STORAGE_PATH: storage, LOG_LEVEL: 'warn' });
        Object.assign(client, { url: service.url });
        if (cycle === 0) await client.register('crash@example.org', 'a long enough passphrase');
        const file = (await client.upload(`bytes of cycle ${cycle}`)).body.id;
        for (const input of [{}, { max_downloads: LIMIT }]) {
          const { body } = await share(client, file, input);
          links.unshift(body);
          acknowledged.set(body.id, []);
        }
        await verify(client, links, acknowledged, await storedGrants());
        if (cycle < CYCLES) {
          const before = answers;
          const load = Promise.all(Array.from({ length: 8 }, open));
          // The load goes on until something has been answered, however slow the machine is.
          while (answers < before + 10) await delay(10);
          await delay(Math.random() * 250);
          service.child.kill('SIGKILL');
          await Promise.all([load, service.ended]);
        } else {
          service.child.kill('SIGTERM');
          expect(await service.ended).toBe(0);
        }
      }
      expect(answers).toBeGreaterThanOrEqual(10 * CYCLES);
    },
    60_000 + CYCLES * 20_000,
  );

  async function verify(
    client: Client,
    links: readonly ShareBody[],
    acknowledged: ReadonlyMap<string, readonly GrantBody[]>,
    rows: ReadonlyMap<string, number>,
  ): Promise<void> {
    const listed = (await client.pages<ShareBody>('/api/shares?limit=200')).flat();
    expect(listed.map(({ id }) => id)).toEqual(links.map(({ id }) => id));
    const records = (await client.pages<AuditBody>('/api/audit/logs?limit=200&action=SHARE_OPEN')).flat();
    for (const { id, downloads, max_downloads: most } of listed) {
      const recorded = records.filter(({ resource }) => resource === id).length;
      expect([rows.get(id) ?? 0, recorded]).toEqual([downloads, downloads]);
      const told = acknowledged.get(id)!;
      expect(told.length).toBeLessThanOrEqual(downloads);
      expect(downloads).toBeLessThanOrEqual(most ?? Infinity);
      for (const grant of told.slice(-5)) {
        const answer = await client.fetch(pathOf(grant));
        expect([answer.status, (await answer.text()).startsWith('bytes of cycle')]).toEqual([200, true]);
      }
    }
  }
});
