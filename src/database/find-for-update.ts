import type { EntityManager, EntityTarget, FindOptionsWhere, ObjectLiteral } from 'typeorm';
import { isPostgres } from './is-postgres.js';

/**
 * Finds rows and holds them until the transaction ends: nobody else changes them, or makes a row that refers to them.
 * On SQLite a transaction is alone anyway.
 */
export function findForUpdate<T extends ObjectLiteral>(
  tx: EntityManager,
  entity: EntityTarget<T>,
  where: FindOptionsWhere<T>,
): Promise<T[]> {
  return tx.find(entity, {
    where,
    ...(isPostgres(tx) ? { lock: { mode: 'pessimistic_write' as const } } : {}),
  });
}
