import type { EntityManager } from 'typeorm';
import { insertRows } from './insert-rows.js';

/** A table, and the columns for which rows have values. */
export interface RowTarget {
  readonly table: string;
  readonly columns: readonly string[];
}

/** Rows that are inserted at the end of a transaction. */
export interface DeferredRows {
  readonly into: RowTarget;
  /** Called once, at the end. Each row has its values in the order of the columns. */
  readonly take: () => readonly (readonly unknown[])[];
}

/** Inserts deferred rows, with one call for each table. */
export async function insertDeferredRows(
  tx: EntityManager,
  deferred: readonly DeferredRows[],
): Promise<void> {
  for (const into of new Set(deferred.map((rows) => rows.into))) {
    const rows: (readonly unknown[])[] = [];
    for (const those of deferred) if (those.into === into) rows.push(...those.take());
    await insertRows(tx, into.table, into.columns, rows);
  }
}
