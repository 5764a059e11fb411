import type { EntityManager } from 'typeorm';
import { inBatches } from '../common/in-batches.js';
import { isPostgres } from './is-postgres.js';

/** Rows of one statement on SQLite. Every number of them is a statement of its own, which is prepared once and then kept. */
const SQLITE_ROWS = 32;

const statements = new Map<string, string>();
/** `JSON.stringify` writes whole surrogate pairs as they are, and halves as an escape. */
const MAY_BE_HALF_A_PAIR = /\\ud[89a-f]/;

/**
 * Inserts rows with one statement, on SQLite one for each 32, and none of the entity machinery, which costs several times
 * the insert itself; for what is written at every request. Values stand in the order of `columns`. When it rejects, the
 * transaction is to be rolled back: SQLite may have inserted some of the rows.
 */
export async function insertRows(
  tx: EntityManager,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  await execute(tx, table, columns, rows, '');
}

/** Like `insertRows`; a row whose first `keys` columns are there already takes the place of that one. */
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
    // One parameter for all rows: PostgreSQL needs longer to take thousands of them than to read one text of JSON.
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
  if (!MAY_BE_HALF_A_PAIR.test(text)) return text;
  // Half a surrogate pair becomes U+FFFD, as in any parameter; PostgreSQL would refuse its escape.
  return JSON.stringify(objects, (_key, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed() : value,
  );
}

/** The values of all rows, one after the other; `flat` takes twenty times as long. */
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
  // OR FAIL: so that it could undo just this statement, SQLite would copy every page first, four times the work.
  const text = `INSERT OR FAIL INTO ${table} (${columns.join()}) VALUES ${Array.from({ length: rows }, () => row).join()}`;
  statements.set(key, text);
  return text;
}
