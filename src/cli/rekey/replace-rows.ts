import type { EntityManager } from 'typeorm';
import { insertRows } from '../../database/insert-rows.js';
import { isPostgres } from '../../database/is-postgres.js';
import type { Row } from '../../encryption/sealed-rows.js';
import { placeholders, valuesOf } from './row-batches.js';
import type { SealedKind } from './sealed-kind.js';

/** A row as it was read, and as it shall be. */
export interface Replacement {
  readonly read: Row;
  readonly renewed: Row;
}

/**
 * Writes rows that are sealed again, unless they have changed since they were read: what was written meanwhile stays.
 * @returns how many had not changed.
 */
export async function replaceRows(
  tx: EntityManager,
  kind: SealedKind,
  replacements: readonly Replacement[],
): Promise<number> {
  if (kind.replacedWhole) await lockTable(tx, kind.table);
  const replace = kind.replacedWhole ? wholeReplacer(tx, kind) : updater(tx, kind);
  let replaced = 0;
  for (const replacement of replacements) if (await replace(replacement)) replaced++;
  return replaced;
}

/**
 * Keeps others from deleting rows until the transaction ends. A deletion that waited for a row that is replaced would find it gone, and
 * would not see the new one: personal values would outlive the erasure of their user. On SQLite only one transaction writes at a time.
 */
async function lockTable(tx: EntityManager, table: string): Promise<void> {
  if (isPostgres(tx)) await tx.query(`LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`);
}

type Replacer = (replacement: Replacement) => Promise<boolean>;

function updater(tx: EntityManager, { table, key, changing }: SealedKind): Replacer {
  const marks = placeholders(tx.connection, changing.length);
  const set = changing.map((column, index) => `${column} = ${marks[index]!}`);
  const statement = `UPDATE ${table} SET ${set.join()} WHERE ${unchanged(tx, [...key, ...changing], changing.length)} RETURNING 1`;
  return ({ read, renewed }) =>
    anyRow(tx, statement, [...valuesOf(renewed, changing), ...valuesOf(read, [...key, ...changing])]);
}

function wholeReplacer(tx: EntityManager, { table, key, changing }: SealedKind): Replacer {
  const compared = [...key, ...changing];
  const statement = `DELETE FROM ${table} WHERE ${unchanged(tx, compared, 0)} RETURNING 1`;
  return async ({ read, renewed }) => {
    if (!(await anyRow(tx, statement, valuesOf(read, compared)))) return false;
    const names = Object.keys(renewed);
    await insertRows(tx, table, names, [valuesOf(renewed, names)]);
    return true;
  };
}

/** The condition that columns have the values that follow the first `before` parameters. */
function unchanged(tx: EntityManager, columns: readonly string[], before: number): string {
  const marks = placeholders(tx.connection, before + columns.length).slice(before);
  return columns
    .map((column, index) => `${column} ${isPostgres(tx) ? 'IS NOT DISTINCT FROM' : 'IS'} ${marks[index]!}`)
    .join(' AND ');
}

/** @param statement a change with `RETURNING`. */
async function anyRow(tx: EntityManager, statement: string, values: Row[string][]): Promise<boolean> {
  const result = await tx.query<unknown[]>(statement, values);
  // On PostgreSQL: the rows, and how many.
  return isPostgres(tx) ? result[1] !== 0 : result.length > 0;
}
