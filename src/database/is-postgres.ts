import type { EntityManager } from 'typeorm';

/** Whether a transaction is one of PostgreSQL; else it is one of SQLite, alone in writing. */
export function isPostgres(tx: EntityManager): boolean {
  return tx.connection.options.type === 'postgres';
}
