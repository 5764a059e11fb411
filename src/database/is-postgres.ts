import type { EntityManager } from 'typeorm';

/**
 * True for a transaction on PostgreSQL. Otherwise it is on SQLite, where only one transaction writes at a
 * time.
 */
export function isPostgres(tx: EntityManager): boolean {
  return tx.connection.options.type === 'postgres';
}
