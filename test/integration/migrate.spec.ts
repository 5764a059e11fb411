import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { loadConfig } from '../../src/config/load-config.js';
import { dataSourceOptions } from '../../src/database/data-source-options.js';
import { migrate } from '../../src/database/migrate.js';

describe('migrate, on the embedded database', () => {
  let storage: string;
  let options: DataSourceOptions;
  beforeEach(async () => {
    storage = await mkdtemp(join(tmpdir(), 'migrate-'));
    options = dataSourceOptions(loadConfig({ STORAGE_PATH: storage, NODE_ENV: 'test' }), 'write');
  });
  afterEach(() => rm(storage, { recursive: true, force: true }));

  it('keeps every row when a later migration recreates its table', async () => {
    const [first] = options.migrations as unknown as [never];
    const old = await new DataSource({ ...options, migrations: [first] }).initialize();
    await migrate(old);
    await old.query(
      "INSERT INTO users (id, email, email_folded, password_hash, roles, created_at, updated_at) VALUES ('u', 'e', 'e', 'h', 'user', 'c', 'c')",
    );
    await old.query("INSERT INTO sessions (id, user_id, created_at, expires_at) VALUES ('s', 'u', 'c', 'x')");
    await old.query(
      "INSERT INTO audit_intake (id, action, outcome, actor_type, occurred_at, recorded_at, metadata) VALUES ('i', 'A', 'success', 'user', 'c', 'c', '{}')",
    );
    await old.destroy();
    const current = await new DataSource(options).initialize();
    await migrate(current);
    expect(await current.query('SELECT id, disabled_at FROM users')).toEqual([
      { id: 'u', disabled_at: null },
    ]);
    expect(await current.query('SELECT id, ip FROM sessions')).toEqual([{ id: 's', ip: null }]);
    expect(await current.query('SELECT id, action FROM audit_intake')).toEqual([{ id: 'i', action: 'A' }]);
    await expect(current.query("DELETE FROM users WHERE id = 'u'")).resolves.toBeDefined();
    expect(await current.query('SELECT id FROM sessions')).toEqual([]);
    await current.destroy();
  });

  it('migrates once when processes start together, and can be undone', async () => {
    const sources = [1, 2, 3].map(() => new DataSource(options));
    for (const source of sources) await source.initialize();
    await Promise.all(sources.map((source) => migrate(source)));
    const applied = () => sources[0]!.query<object[]>('SELECT name FROM migrations');
    expect(await applied()).toHaveLength(sources[0]!.migrations.length);
    while ((await applied()).length > 0) await sources[0]!.undoLastMigration();
    const tables: { name: string }[] = await sources[0]!.query(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    );
    expect(tables.map(({ name }) => name)).toEqual(['migrations']);
    for (const source of sources) await source.destroy();
  });
});
