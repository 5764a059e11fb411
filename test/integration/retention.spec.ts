import { describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getDataSourceToken } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { PrivateRows } from '../../src/audit/log/private-rows.js';
import { LogSigner } from '../../src/audit/log/log-signer.js';
import { LogSearch } from '../../src/audit/trail/log-search.js';
import { Retention } from '../../src/audit/log/retention.js';
import { Sequencer } from '../../src/audit/intake/sequencer.js';
import { LogChecker } from '../../src/audit/verify/log-checker.js';
import { verifyExport } from '../../src/cli/verify-export.js';
import { WRITING } from '../../src/database/transactions.js';
import type { Client } from '../support/client.js';
import { startApp } from '../support/test-app.js';

describe('retention', () => {
  it('erases old values and prunes old entries, records it, and keeps everything provable', async () => {
    const server = await startApp({ AUDIT_RETENTION_DAYS: '1', AUDIT_ENTRY_RETENTION_DAYS: '2' });
    const execute = (sql: string) =>
      server.app.get<DataSource>(WRITING).query<{ [key: string]: unknown }[]>(sql);
    const insert = (id: string, days: number) => {
      const at = new Date(Date.now() - days * 86_400_000).toISOString();
      return execute(
        `INSERT INTO audit_intake (id, action, outcome, actor_type, actor_id, subject, occurred_at, recorded_at, metadata, ip)
         VALUES ('${id}', 'FILE_LIST', 'success', 'user', 'old', 'old', '${at}', '${at}', '{}', '198.51.100.${days}')`,
      );
    };
    try {
      const auditor = await server.userWithRole('auditor');
      await server.app.get(Sequencer).run();
      // Old entries that are not at the front: the young ones before them stay, so they stay too.
      await insert('b', 3);
      await server.app.get(Sequencer).run();
      await server.app.get(Retention).apply();
      expect(await execute("SELECT * FROM audit_private WHERE ip LIKE '198.51.100.%'")).toEqual([]);
      const erased = await auditor.trail('&action=AUDIT_ERASE');
      expect(erased.map(({ metadata }) => metadata.count)).toEqual([1]);
      expect(await auditor.trail('&action=AUDIT_PRUNE')).toEqual([]);

      await inDays(2.5, () => server.app.get(Retention).apply());
      await server.app.get(Sequencer).run();
      const [pruned] = await auditor.trail('&action=AUDIT_PRUNE');
      expect(pruned!.metadata.size).toBeGreaterThan(3);
      const file = join(server.storage, 'export.ndjson');
      await writeFile(file, await (await auditor.fetch('/api/audit/export')).text());
      const verdict = await verifyExport(file, server.app.get(LogSigner).verifier.vkey);
      expect(verdict).toMatchObject({ fault: null, kind: 'log', pruned: pruned!.metadata.size });
      const proof = await auditor.json<{ hashes: string[] }>(
        'GET',
        `/api/audit/consistency?from=2&to=${verdict.checkpoint.size}`,
      );
      expect(proof.status).toBe(200);
      const checker = new LogChecker(
        server.app.get<DataSource>(getDataSourceToken()),
        server.app.get(LogSigner).verifier,
        [],
        server.app.get(PrivateRows),
      );
      expect(await checker.check()).toMatchObject({ fault: null, pruned: pruned!.metadata.size });
    } finally {
      await server.close();
    }
  });

  it('is signed in exports: of auditors for the whole log, of users for their own entries', async () => {
    const server = await startApp({ AUDIT_ENTRY_RETENTION_DAYS: '2' });
    try {
      const [early, gone] = [await server.user(), await server.user()];
      await early.upload('abc');
      await server.app.get(Sequencer).run();
      const young = new Date(Date.now() + 86_400_000).toISOString();
      const rows = [1, 2, 3].map(
        (n) =>
          `('young-${n}', 'FILE_LIST', 'success', 'user', '${early.userId}', '${young}', '${young}', '{}')`,
      );
      await server.app
        .get<DataSource>(WRITING)
        .query(
          `INSERT INTO audit_intake (id, action, outcome, actor_type, subject, occurred_at, recorded_at, metadata) VALUES ${rows.join()}`,
        );
      await server.app.get(Sequencer).run();
      await inDays(2.5, () => server.app.get(Retention).apply());
      const auditor = await server.userWithRole('auditor');
      const late = await server.user();
      const { vkey } = server.app.get(LogSigner).verifier;
      const exported = async (client: Client, query = '') => {
        const text = await (await client.fetch(`/api/audit/export${query}`)).text();
        const file = join(server.storage, 'export.ndjson');
        await writeFile(file, text);
        return { text, verdict: await verifyExport(file, vkey) };
      };
      const whole = await exported(auditor);
      expect(whole.verdict).toMatchObject({ fault: null, kind: 'log' });
      expect(whole.verdict.pruned).toBeGreaterThan(3);
      const own = await exported(early);
      expect(own.text).toMatch(/^\{"pruned":\{"size":\d+,"hashes":\[.*\],"note":"microservices-api\/pruned/);
      expect(own.verdict).toMatchObject({ fault: null, kind: 'subject', subject: early.userId, pruned: 2 });
      expect(own.text).toContain('\\nkept 2\\n');
      // This user's entries are all there, although others' were removed.
      const fresh = await exported(late);
      expect(fresh.verdict).toMatchObject({ fault: null, kind: 'subject', rows: 1, pruned: 0 });
      expect(fresh.text).not.toContain('"pruned"');
      const nothing = await exported(auditor, `?user_id=${gone.userId}`);
      expect(nothing.verdict).toMatchObject({ fault: null, kind: 'subject', rows: 0, pruned: 1 });
      const unknown = await exported(auditor, '?user_id=019ab1c2-7d3e-7a41-9c55-0d6f5f0c2b11');
      expect(unknown.verdict).toMatchObject({ fault: null, kind: 'subject', rows: 0, pruned: 0 });
      const selection = await exported(auditor, '?action=FILE_*');
      expect(selection.verdict).toMatchObject({ fault: null, kind: 'selection' });
      expect(selection.text).not.toContain('"pruned"');
    } finally {
      await server.close();
    }
  });

  it.each([
    // The header of a CSV file has been sent already.
    ['?format=csv', null],
    ['', 503],
    ['?action=FILE_*', 503],
  ])('breaks an export%s off that has not read the removed entries yet', async (query, status) => {
    const server = await startApp({ AUDIT_ENTRY_RETENTION_DAYS: '2' });
    try {
      const auditor = await server.userWithRole('auditor');
      await auditor.upload('abc');
      await server.app.get(Sequencer).run();
      const search = server.app.get(LogSearch);
      const inLogOrder = search.inLogOrder.bind(search);
      search.inLogOrder = async (...args) => {
        search.inLogOrder = inLogOrder;
        await inDays(3, () => server.app.get(Retention).apply());
        return inLogOrder(...args);
      };
      const answer = await auditor.fetch(`/api/audit/export${query}`);
      if (status === null) await expect(answer.text()).rejects.toThrow('terminated');
      else expect(answer.status).toBe(status);
      expect(server.log.join()).toContain('retention has removed entries');
      expect((await auditor.fetch(`/api/audit/export${query}`)).status).toBe(200);
    } finally {
      await server.close();
    }
  });

  it('does not look like tampering to a concurrent check', async () => {
    const server = await startApp({ AUDIT_ENTRY_RETENTION_DAYS: '2' });
    try {
      const at = new Date().toISOString();
      const rows = Array.from(
        { length: 1500 },
        (_, i) => `('old-${i}', 'FILE_LIST', 'success', 'system', '${at}', '${at}', '{}')`,
      );
      await server.app
        .get<DataSource>(WRITING)
        .query(
          `INSERT INTO audit_intake (id, action, outcome, actor_type, occurred_at, recorded_at, metadata) VALUES ${rows.join()}`,
        );
      await server.app.get(Sequencer).run();
      let pruned: Promise<void> | undefined;
      const reading = server.app.get<DataSource>(getDataSourceToken());
      const checker = new LogChecker(
        reading,
        server.app.get(LogSigner).verifier,
        [],
        server.app.get(PrivateRows),
        () => {
          pruned ??= inDays(3, () => server.app.get(Retention).apply());
        },
      );
      const find = reading.manager.find.bind(reading.manager);
      reading.manager.find = (async (...args: Parameters<typeof find>) => {
        await pruned;
        return find(...args);
      }) as typeof find;
      const report = await checker.check();
      expect(pruned).toBeDefined();
      expect(report).toMatchObject({ fault: null });
      expect(report.pruned).toBeGreaterThanOrEqual(1500);
    } finally {
      await server.close();
    }
  });
});

/** Does something with a clock that is ahead. */
async function inDays(days: number, work: () => Promise<void>): Promise<void> {
  const { now } = Date;
  const later = now() + days * 86_400_000;
  Date.now = () => later;
  try {
    await work();
  } finally {
    Date.now = now;
  }
}
