import type { DataSource } from 'typeorm';
import { beginImmediate } from './begin-immediate.js';

/** Any number; every process of this service takes the same PostgreSQL advisory lock to migrate. */
const MIGRATION_LOCK = 4_202_611;
const LOCK_WAIT_MS = 30_000;

/**
 * Brings the schema up to date. Processes that start together wait for one another and migrate once.
 * On SQLite everything happens in one immediate transaction; on PostgreSQL under an advisory lock.
 */
export async function migrate(writing: DataSource): Promise<void> {
  if (writing.options.type === 'postgres') return migratePostgres(writing);
  // SQLite changes a table by making it anew and dropping the old one, which would cascade to the rows that refer
  // to it. Inside a transaction this pragma does nothing, so it comes before.
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

async function migratePostgres(writing: DataSource): Promise<void> {
  const runner = writing.createQueryRunner();
  try {
    await runner.query('SET statement_timeout = 0');
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await writing.runMigrations({ transaction: 'all' });
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    await runner.query('RESET statement_timeout');
    await runner.release();
  }
}
