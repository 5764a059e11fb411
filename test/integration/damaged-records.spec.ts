import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { getDataSourceToken } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Backlog } from '../../src/audit/intake/backlog.js';
import { Sequencer } from '../../src/audit/intake/sequencer.js';
import { PrivateRows } from '../../src/audit/log/private-rows.js';
import { LogSigner } from '../../src/audit/log/log-signer.js';
import { LogChecker } from '../../src/audit/verify/log-checker.js';
import { WRITING } from '../../src/database/transactions.js';
import type { Client } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';

describe('damaged records in the intake', () => {
  let server: TestApp;
  let user: Client;
  beforeEach(async () => {
    server = await startApp();
    user = await server.user();
    await sequenced();
  });
  afterEach(() => server.close());

  const sequenced = () => server.app.get(Sequencer).run();
  const execute = <T = unknown>(sql: string) => server.app.get<DataSource>(WRITING).query<T[]>(sql);
  const isPostgres = () => server.config.database.kind === 'postgres';
  const idsIn = async (table: string, order: string) =>
    (
      await execute<{ id: string }>(
        `SELECT id FROM ${table} WHERE id LIKE 'good-%' OR id LIKE 'bad-%' ORDER BY ${order}`,
      )
    ).map(({ id }) => id);

  /** Inserts records in one transaction, so that no sequencer sees only some of them. */
  async function insert(records: { id: string; metadata?: string; resource?: string }[]): Promise<void> {
    const rows = records.map(
      ({ id, metadata = "'{}'", resource = 'NULL' }) =>
        `('${id}', 'FILE_LIST', 'success', 'user', '${user.userId}', '${user.userId}', ${resource},
          '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', ${metadata})`,
    );
    await execute(
      `INSERT INTO audit_intake (id, action, outcome, actor_type, actor_id, subject, resource, occurred_at, recorded_at, metadata)
       VALUES ${rows.join()}`,
    );
  }

  const readiness = async () => {
    const { status, body } = await user.json<{ checks: { name: string; status: string; detail?: string }[] }>(
      'GET',
      '/ready',
    );
    return { status, intake: body.checks.find(({ name }) => name === 'audit_intake') };
  };
  const heldMetric = async () =>
    /^audit_records_held (\d+)$/m.exec(await (await user.fetch('/metrics')).text())?.[1];

  it('stay there, while the records around them get their places in order', async () => {
    expect((await readiness()).intake).toEqual({ name: 'audit_intake', status: 'ok' });
    await insert([
      { id: 'good-1' },
      { id: 'bad-1', metadata: `'{"broken'` },
      { id: 'good-2' },
      // Too large for an entry of the log.
      { id: 'bad-2', metadata: `'{"x":"${'x'.repeat(17_000)}"}'` },
      // The log has an entry with this id already.
      { id: await firstId(), metadata: `'{"twice":1}'` },
      { id: 'good-3' },
      ...(isPostgres() ? [] : [{ id: 'bad-3', metadata: "x'00ff'" }]),
      { id: 'good-4' },
    ]);
    await sequenced();
    expect(await idsIn('audit_log', 'seq')).toEqual(['good-1', 'good-2', 'good-3', 'good-4']);
    expect(await idsIn('audit_intake', 'position')).toEqual(
      isPostgres() ? ['bad-1', 'bad-2'] : ['bad-1', 'bad-2', 'bad-3'],
    );
    const held = isPostgres() ? '3' : '4';
    expect(await heldMetric()).toBe(held);
    expect(await readiness()).toEqual({
      status: 200,
      intake: { name: 'audit_intake', status: 'degraded', detail: expect.stringContaining(`${held} record`) },
    });
    const checker = new LogChecker(
      server.app.get<DataSource>(getDataSourceToken()),
      server.app.get(LogSigner).verifier,
      [],
      server.app.get(PrivateRows),
    );
    expect((await checker.check()).fault).toBeNull();
  });

  const firstId = async () =>
    (await execute<{ id: string }>('SELECT id FROM audit_log ORDER BY seq LIMIT 1'))[0]!.id;

  it('hold up neither exports, nor the lag, nor the trail', async () => {
    const id = '01900000-0000-7000-8000-000000000000';
    await insert([{ id, metadata: `'{"broken'` }]);
    await sequenced();
    await user.upload('abc');
    expect(await server.app.get(Backlog).catchUp()).toBe(true);
    expect(await server.app.get(Backlog).lag()).toBeLessThan(10_000);
    const exported = await user.fetch('/api/audit/export');
    expect(exported.status).toBe(200);
    expect(await exported.text()).toContain('FILE_UPLOAD');
    const trail = await user.trail('&action=FILE_LIST');
    expect(trail).toMatchObject([{ id, metadata: { unreadable_bytes: 8 } }]);
  });

  it('get their places within a minute once they are mended', async () => {
    await insert([{ id: 'bad-1', metadata: `'{"broken'` }, { id: 'good-1' }]);
    await sequenced();
    await execute(`UPDATE audit_intake SET metadata = '{}' WHERE id = 'bad-1'`);
    const later = performance.now() + 61_000;
    const clock = jest.spyOn(performance, 'now').mockReturnValue(later);
    try {
      await sequenced();
      expect(await idsIn('audit_log', 'seq')).toEqual(['good-1', 'bad-1']);
      expect((await readiness()).intake).toEqual({ name: 'audit_intake', status: 'ok' });
    } finally {
      clock.mockRestore();
    }
  });

  it('are found among many', async () => {
    const records = Array.from({ length: 2500 }, (_, index) => ({
      id: index % 500 === 250 ? `bad-${index}` : `good-${String(index).padStart(4, '0')}`,
      ...(index % 500 === 250 ? { metadata: `'{'` } : {}),
    }));
    await insert(records);
    await sequenced();
    const good = records.map(({ id }) => id).filter((id) => id.startsWith('good'));
    expect(await idsIn('audit_log', 'seq')).toEqual(good);
    expect(await idsIn('audit_intake', 'position')).toHaveLength(5);
  });
});
