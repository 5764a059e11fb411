import { Logger } from '@nestjs/common';
import { DataSource, type DataSourceOptions, MigrationExecutor, type QueryRunner } from 'typeorm';
import { beginImmediate } from './begin-immediate.js';

/** An arbitrary number. Every process of this service takes this PostgreSQL advisory lock to migrate. */
const MIGRATION_LOCK = 4_202_611;
const LOCK_WAIT_MS = 30_000;

type PostgresOptions = Extract<DataSourceOptions, { type: 'postgres' }>;

/**
 * Brings the schema up to date. Processes that start together wait for each other and migrate once. On SQLite
 * all migrations are in one immediate transaction. On PostgreSQL an advisory lock is held.
 */
export async function migrate(writing: DataSource): Promise<void> {
  if (writing.options.type === 'postgres') return migratePostgres(writing.options);
  // SQLite changes a table by copying it and dropping the old one, and the drop would delete the rows that
  // refer to it. This pragma has no effect inside a transaction, so it is set before.
  await writing.query('PRAGMA foreign_keys = OFF');
  await beginImmediate(writing, Date.now() + LOCK_WAIT_MS);
  try {
    await writing.runMigrations({ transaction: 'none' });
    const broken = await writing.query<object[]>('PRAGMA foreign_key_check');
    if (broken.length > 0)
      throw new Error(`a migration would leave ${broken.length} rows that refer to nothing`);
    await writing.query('COMMIT');
  } catch (error) {
    await writing.query('ROLLBACK');
    throw error;
  } finally {
    await writing.query('PRAGMA foreign_keys = ON');
  }
}

/**
 * Uses a connection without the time limits of requests: changing a large table takes minutes, and so does
 * waiting for another process that does it. The lock is released when the connection ends.
 */
async function migratePostgres(options: PostgresOptions): Promise<void> {
  const source = await new DataSource({ ...options, poolSize: 1, extra: { keepAlive: true } }).initialize();
  const runner = source.createQueryRunner();
  try {
    // Overrides the defaults of the server or the role.
    await runner.query('SET statement_timeout = 0');
    await runner.query('SET idle_in_transaction_session_timeout = 0');
    await takeLock(runner);
    const executor = new MigrationExecutor(source, runner);
    executor.transaction = 'all';
    await executor.executePendingMigrations();
  } finally {
    await runner.release();
    await source.destroy();
  }
}

async function takeLock(runner: QueryRunner): Promise<void> {
  const [free] = (await runner.query('SELECT pg_try_advisory_lock($1) AS taken', [MIGRATION_LOCK])) as [
    { taken: boolean },
  ];
  if (free.taken) return;
  new Logger('Migrations').log('waiting for another process that changes the schema');
  await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
}
