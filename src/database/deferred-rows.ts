import type { EntityManager } from 'typeorm';
import { insertRows } from './insert-rows.js';

/** A table and those of its columns that rows have values for. */
export interface RowTarget {
  readonly table: string;
  readonly columns: readonly string[];
}

/** Rows that are inserted when all else of a transaction is done. */
export interface DeferredRows {
  readonly into: RowTarget;
  /** Called once, at that moment. Values stand in the order of the columns. */
  readonly take: () => readonly (readonly unknown[])[];
}

/** Inserts them, those for a table together. */
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
