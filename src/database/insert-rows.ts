import type { EntityManager } from 'typeorm';
import { inBatches } from '../common/in-batches.js';
import { isPostgres } from './is-postgres.js';

/**
 * Rows in one statement on SQLite. There is one prepared statement for each number of rows, and it is kept.
 */
const SQLITE_ROWS = 32;

const statements = new Map<string, string>();
/** `JSON.stringify` writes a surrogate pair unchanged and a lone surrogate as an escape. */
const MAY_BE_LONE_SURROGATE = /\\ud[89a-f]/;

/**
 * Inserts rows with plain SQL: one statement on PostgreSQL, one for each 32 rows on SQLite. It is much faster
 * than TypeORM's entities and is used for rows that every request writes. Values are in the order of
 * `columns`. When it rejects, the transaction must be rolled back: SQLite may have inserted some of the rows.
 */
export async function insertRows(
  tx: EntityManager,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  await execute(tx, table, columns, rows, '');
}

/** Like `insertRows`, but a row replaces an existing row with the same first `keys` columns. */
export async function upsertRows(
  tx: EntityManager,
  table: string,
  columns: readonly string[],
  keys: number,
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  const replaced = columns.slice(keys).map((column) => `${column} = excluded.${column}`);
  const conflict = ` ON CONFLICT (${columns.slice(0, keys).join()}) DO UPDATE SET ${replaced.join()}`;
  await execute(tx, table, columns, rows, conflict);
}

async function execute(
  tx: EntityManager,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
  suffix: string,
): Promise<void> {
  if (rows.length === 0) return;
  if (isPostgres(tx)) {
    // One JSON parameter for all rows: PostgreSQL parses it faster than thousands of parameters.
    const source = `SELECT ${columns.join()} FROM json_populate_recordset(NULL::${table}, $1)`;
    await tx.query(`INSERT INTO ${table} (${columns.join()}) ${source}${suffix}`, [toJson(columns, rows)]);
  } else {
    for (const part of inBatches(rows, SQLITE_ROWS))
      await tx.query(placeholders(table, columns, part.length) + suffix, valuesOf(part));
  }
}

function toJson(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const objects = rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index]])));
  const text = JSON.stringify(objects);
  if (!MAY_BE_LONE_SURROGATE.test(text)) return text;
  // A lone surrogate becomes U+FFFD, as in every other parameter. PostgreSQL would refuse its escape.
  return JSON.stringify(objects, (_key, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed() : value,
  );
}

/** The values of all rows in one array. A loop, because `flat` is much slower. */
function valuesOf(rows: readonly (readonly unknown[])[]): unknown[] {
  const values = new Array<unknown>(rows.length * rows[0]!.length);
  let at = 0;
  for (const row of rows) for (const value of row) values[at++] = value;
  return values;
}

function placeholders(table: string, columns: readonly string[], rows: number): string {
  const key = `${table} ${rows}`;
  const known = statements.get(key);
  if (known !== undefined) return known;
  const row = `(${columns.map(() => '?').join()})`;
  // OR FAIL: to be able to undo only this statement, SQLite would copy every page first.
  const text = `INSERT OR FAIL INTO ${table} (${columns.join()}) VALUES ${Array.from({ length: rows }, () => row).join()}`;
  statements.set(key, text);
  return text;
}
