import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getDataSourceToken } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { PrivateRows } from '../../src/audit/log/private-rows.js';
import { LogSigner } from '../../src/audit/log/log-signer.js';
import { Sequencer } from '../../src/audit/intake/sequencer.js';
import { Witness } from '../../src/audit/witness/witness.js';
import { LogChecker } from '../../src/audit/verify/log-checker.js';
import { verifyExport } from '../../src/cli/verify-export.js';
import { WRITING } from '../../src/database/transactions.js';
import type { Client } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';

const FLIPS = Number(process.env.BIT_FLIPS ?? 300);

describe('audit log in the database', () => {
  let server: TestApp;
  let client: Client;
  beforeEach(async () => {
    server = await startApp();
    client = await server.user();
    await client.upload('abc', { name: 'first.txt' });
    await client.json('GET', '/api/files');
    await sequenced();
  });
  afterEach(() => server.close());

  const sequenced = () => server.app.get(Sequencer).run();
  const database = () => server.app.get<DataSource>(WRITING);
  const execute = <T = unknown>(sql: string, parameters: unknown[] = []) =>
    database().query<T>(sql, parameters);
  const isPostgres = () => database().options.type === 'postgres';

  async function check() {
    const { published } = server.app.get(Witness);
    const reading = server.app.get<DataSource>(getDataSourceToken());
    const checker = new LogChecker(
      reading,
      server.app.get(LogSigner).verifier,
      published === null ? [] : [published],
      server.app.get(PrivateRows),
    );
    return checker.check();
  }

  /** The owner of the database can remove the triggers. */
  async function dropTriggers(): Promise<void> {
    if (isPostgres()) {
      await execute('ALTER TABLE audit_log DISABLE TRIGGER USER');
      await execute('ALTER TABLE audit_private DISABLE TRIGGER USER');
      return;
    }
    for (const name of ['audit_log_append_only', 'audit_log_undeletable', 'audit_private_unchangeable']) {
      await execute(`DROP TRIGGER ${name}`);
    }
  }

  it('is whole', async () => expect(await check()).toMatchObject({ fault: null, withheld: 0, pruned: 0 }));

  it('is whole while it grows', async () => {
    const reading = server.app.get<DataSource>(getDataSourceToken());
    const { manager } = reading;
    let growing = false;
    const grow = async () => {
      if (growing) return;
      growing = true;
      await client.json('GET', '/api/files');
      await sequenced();
      growing = false;
    };
    // Adds an entry after every read of the check.
    for (const name of ['find', 'findBy', 'findOne', 'findOneBy', 'findOneByOrFail'] as const) {
      const read = manager[name].bind(manager) as (...args: unknown[]) => Promise<unknown>;
      Object.assign(manager, {
        [name]: async (...args: unknown[]) => {
          const found = await read(...args);
          await grow();
          return found;
        },
      });
    }
    const verdict = await new LogChecker(
      reading,
      server.app.get(LogSigner).verifier,
      [],
      server.app.get(PrivateRows),
    ).check();
    expect(verdict.fault).toBeNull();
  });

  it('is append-only', async () => {
    await expect(execute("UPDATE audit_log SET action = 'FILE_LIST'")).rejects.toThrow();
    await expect(execute('DELETE FROM audit_log')).rejects.toThrow('append-only');
    await expect(execute("UPDATE audit_private SET private_values = '{}'")).rejects.toThrow();
    if (isPostgres()) await expect(execute('TRUNCATE audit_log')).rejects.toThrow();
  });

  it.each([
    ['an edited entry', "UPDATE audit_log SET entry = REPLACE(entry, 'success', 'failure') WHERE seq = 2", 2],
    ['an edited column', "UPDATE audit_log SET outcome = 'denied' WHERE seq = 1", 1],
    ['a deleted entry', 'DELETE FROM audit_log WHERE seq = 1', 1],
    ['a deleted tail', 'DELETE FROM audit_log WHERE seq > 1', 2],
    [
      'an added entry',
      "INSERT INTO audit_log (seq, id, action, outcome, occurred_at, entry) VALUES (99, 'x', 'FILE_LIST', 'success', '', '{}')",
      99,
    ],
    [
      'changed personal values',
      `UPDATE audit_private SET private_values = '{"ip":"192.0.2.1"}' WHERE seq = 2`,
      2,
    ],
    ['personal values beside another entry', 'UPDATE audit_private SET seq = 0 WHERE seq = 2', 0],
    ['personal values beside no entry', 'UPDATE audit_private SET seq = 77 WHERE seq = 2', 77],
    ['a changed address column', "UPDATE audit_private SET ip = '192.0.2.1' WHERE seq = 2", 2],
    ['nonsense for personal values', "UPDATE audit_private SET private_values = 'x' WHERE seq = 2", 2],
    ['a changed tree', "UPDATE audit_tiles SET hashes = 'AAAA'", 0],
    ['a missing tree', 'DELETE FROM audit_tiles', 0],
    ['a changed root', "UPDATE audit_state SET root = 'AAAA'", null],
    ['a changed checkpoint', "UPDATE audit_state SET checkpoint = REPLACE(checkpoint, 'm', 'n')", null],
    ['a smaller size', 'UPDATE audit_state SET size = size - 1', 3],
    ['a forgotten chain', 'DELETE FROM audit_subjects', null],
    ['a longer chain', 'UPDATE audit_subjects SET entries = entries + 1', null],
    ['no state', 'DELETE FROM audit_state', null],
  ])('detects %s', async (_, attack, seq) => {
    await stopSequencer();
    await dropTriggers();
    await execute(attack);
    const { fault } = await check();
    expect(fault?.reason).toEqual(expect.any(String));
    expect(fault?.seq).toBe(seq);
  });

  it(`detects each of ${FLIPS} random single-bit changes of an entry`, async () => {
    await stopSequencer();
    await dropTriggers();
    const columns = [
      'id',
      'subject',
      'actor_id',
      'action',
      'outcome',
      'resource',
      'request_id',
      'occurred_at',
      'entry',
      'entry',
      'entry',
    ];
    const rows = await execute<Record<string, string | null>[]>('SELECT * FROM audit_log');
    const unseen: string[] = [];
    for (let i = 0; i < FLIPS; i++) {
      const row = rows[i % rows.length]!;
      const column = columns[i % columns.length]!;
      const text = row[column];
      if (text == null) continue;
      const bytes = Buffer.from(text);
      const bit = Math.floor(Math.random() * bytes.length * 8);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      // PostgreSQL stores neither NUL nor invalid UTF-8 in a text.
      if (isPostgres() && (bytes.includes(0) || bytes.some((byte) => byte > 127))) continue;
      const change = (value: Buffer) =>
        isPostgres()
          ? execute(`UPDATE audit_log SET ${column} = $1 WHERE seq = $2`, [value.toString(), row.seq])
          : execute(`UPDATE audit_log SET ${column} = CAST(? AS TEXT) WHERE seq = ?`, [value, row.seq]);
      await change(bytes);
      if ((await check()).fault === null) unseen.push(`${column} of ${row.seq}, bit ${bit}`);
      await change(Buffer.from(text));
    }
    expect(unseen).toEqual([]);
    expect((await check()).fault).toBeNull();
  });

  it('refuses to continue a log that was cut, and reports it everywhere', async () => {
    await dropTriggers();
    await execute('DELETE FROM audit_log WHERE seq > 1');
    await execute('UPDATE audit_state SET size = 2');
    await client.json('GET', '/api/files');
    await sequenced();
    const { body } = await server
      .client()
      .json<{ checks: { name: string; status: string }[] }>('GET', '/ready');
    expect(body.checks.find(({ name }) => name === 'audit_log')!.status).toBe('failing');
    expect(await (await server.client().fetch('/metrics')).text()).toContain('audit_log_inconsistent 1');
    expect(server.log.join()).toContain('the audit log is inconsistent');
    const refused = await server.client().json('GET', '/api/audit/checkpoint');
    expect([refused.status, refused.body.code]).toEqual([503, 'audit_inconsistent']);
    expect((await server.client().json('GET', '/health')).status).toBe(200);
    // New actions are recorded, but get no place until an operator has looked.
    expect((await client.trail())[0]!.seq).toBeNull();
  });

  it('refuses to continue a tree that does not give its root', async () => {
    await execute("UPDATE audit_tiles SET hashes = 'AAAA'");
    await client.json('GET', '/api/files');
    await sequenced();
    expect((await server.client().json('GET', '/ready')).status).toBe(503);
  });

  it('proves nothing about an entry that was changed', async () => {
    const [entry] = await client.trail('&action=FILE_LIST');
    await dropTriggers();
    await execute("UPDATE audit_log SET entry = REPLACE(entry, 'success', 'failure') WHERE seq = 3");
    const answer = await client.json('GET', `/api/audit/logs/${entry!.id}/proof`);
    expect([answer.status, answer.body.code]).toEqual([503, 'audit_inconsistent']);
  });

  it('erases a user’s values and salts, also of unwritten records, and stays whole', async () => {
    const leaver = await server.user('leaver@example.org');
    await leaver.upload('abc', { name: 'leaves-no-trace.txt' });
    await sequenced();
    await leaver.upload('abc', { name: 'on-its-way.txt' });
    await leaver.json('DELETE', '/api/users/me', { password: leaver.password });
    await sequenced();
    const report = await check();
    expect(report.fault).toBeNull();
    expect(report.withheld).toBeGreaterThanOrEqual(2);
    const [{ count }] = (await execute<{ count: number | string }[]>(
      "SELECT COUNT(*) AS count FROM audit_private WHERE private_values LIKE '%leave%'",
    )) as [{ count: number | string }];
    expect(Number(count)).toBe(0);
    const auditor = await server.userWithRole('auditor');
    const text = await (await auditor.fetch('/api/audit/export')).text();
    expect(text).not.toMatch(/leaver@|leaves-no-trace|on-its-way/);
    const file = join(server.storage, 'export.ndjson');
    await writeFile(file, text);
    expect((await verifyExport(file, server.app.get(LogSigner).verifier.vkey)).fault).toBeNull();
  });

  it('stores no personal values of an erased user', async () => {
    const leaver = await server.user();
    const id = leaver.userId;
    await leaver.json('DELETE', '/api/users/me', { password: leaver.password });
    await execute(
      `INSERT INTO audit_intake (id, action, outcome, actor_type, actor_id, subject, occurred_at, recorded_at, metadata, ip)
       VALUES ('late', 'FILE_LIST', 'success', 'user', '${id}', '${id}', '2026-01-01', '2026-01-01', '{}', '198.51.100.9')`,
    );
    await sequenced();
    expect(await execute("SELECT * FROM audit_private WHERE ip = '198.51.100.9'")).toEqual([]);
    if (!isPostgres()) expect(await filesWith(server.storage, '198.51.100.9')).toEqual([]);
    expect((await check()).fault).toBeNull();
  });

  it('leaves no erased value in any file', async () => {
    if (isPostgres()) return;
    const marker = 'Erase-This-Very-Name';
    const leaver = await server.user(`${marker}@example.org`);
    for (let i = 0; i < 30; i++) await leaver.upload(`${i}`, { name: `${marker}-${i}.txt` });
    await leaver.fetch('/api/files', { headers: { 'user-agent': marker } });
    await sequenced();
    // An encrypted database shows it in no file at any time.
    if (server.config.encryption === null) expect(await filesWith(server.storage, marker)).not.toEqual([]);
    await leaver.json('DELETE', '/api/users/me', { password: leaver.password });
    expect(await filesWith(server.storage, marker)).toEqual([]);
    expect(await filesWith(server.storage, marker.toLowerCase())).toEqual([]);
  });

  async function stopSequencer(): Promise<void> {
    await sequenced();
    await server.app.get(Sequencer).onModuleDestroy();
  }
});

/** The files below a directory that contain a text. */
async function filesWith(directory: string, text: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found = await Promise.all(
    files.map(async (file) => ((await contentOf(file)).includes(text) ? [file] : [])),
  );
  return found.flat();
}

/** The bytes of a file. Empty when it was renamed meanwhile, as the witness does with a new file. */
async function contentOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return Buffer.alloc(0);
  }
}
