import type { EntityManager, EntityTarget, FindManyOptions, FindOptionsWhere, ObjectLiteral } from 'typeorm';
import { isPostgres } from './is-postgres.js';

/**
 * Finds rows and locks them until the transaction ends. Other transactions cannot change them or insert rows
 * that refer to them. SQLite has only one writing transaction, so it needs no lock.
 */
export function findForUpdate<T extends ObjectLiteral>(
  tx: EntityManager,
  entity: EntityTarget<T>,
  where: FindOptionsWhere<T>,
  selection: Pick<FindManyOptions<T>, 'order' | 'take'> = {},
): Promise<T[]> {
  return tx.find(entity, {
    where,
    ...selection,
    ...(isPostgres(tx) ? { lock: { mode: 'pessimistic_write' as const } } : {}),
  });
}
