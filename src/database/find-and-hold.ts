import type { EntityManager, EntityTarget, FindOptionsWhere, ObjectLiteral } from 'typeorm';

/**
 * Finds rows and holds them until the transaction ends: nobody else changes them, or makes a row that refers to them.
 * On SQLite a transaction is alone anyway.
 */
export function findAndHold<T extends ObjectLiteral>(
  tx: EntityManager,
  entity: EntityTarget<T>,
  where: FindOptionsWhere<T>,
): Promise<T[]> {
  const isShared = tx.connection.options.type === 'postgres';
  return tx.find(entity, { where, ...(isShared ? { lock: { mode: 'pessimistic_write' as const } } : {}) });
}
