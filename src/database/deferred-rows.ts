import type { EntityManager } from 'typeorm';
import type { ApiError } from '../common/refusals/refusal.js';
import { translateDatabaseError } from './driver-errors.js';
import { insertRows } from './insert-rows.js';

/** A table, and the columns for which rows have values. */
export interface RowTarget {
  readonly table: string;
  readonly columns: readonly string[];
  /** The refusal when the database does not take the rows. Without it, that is a fault of the service. */
  readonly refused?: (cause: unknown) => ApiError;
}

/** Rows that are inserted at the end of a transaction. */
export interface DeferredRows {
  readonly into: RowTarget;
  /** Called once, at the end. Each row has its values in the order of the columns. */
  readonly take: () => readonly (readonly unknown[])[];
}

/** Inserts deferred rows, with one call for each table. @throws as `insertInto`. */
export async function insertDeferredRows(
  tx: EntityManager,
  deferred: readonly DeferredRows[],
): Promise<void> {
  for (const into of new Set(deferred.map((rows) => rows.into))) {
    const rows: (readonly unknown[])[] = [];
    for (const those of deferred) if (those.into === into) rows.push(...those.take());
    await insertInto(tx, into, rows);
  }
}

/**
 * Inserts rows. @throws the refusal of the target, unless the error of the database has one itself: then that error,
 * as another attempt may succeed.
 */
export async function insertInto(
  tx: EntityManager,
  { table, columns, refused }: RowTarget,
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  try {
    await insertRows(tx, table, columns, rows);
  } catch (error) {
    throw refused === undefined || translateDatabaseError(error) !== null ? error : refused(error);
  }
}
