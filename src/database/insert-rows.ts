import type { EntityManager } from 'typeorm';

const statements = new Map<string, string>();

/**
 * Inserts rows with one statement and none of the entity machinery, which costs several times the insert itself; for
 * what is written at every request. Values stand in the order of `columns`.
 */
export async function insertRows(
  tx: EntityManager,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(statementFor(tx, table, columns, rows.length), rows.flat());
}

/** Like `insertRows`; a row whose first `keys` columns are there already takes the place of that one. */
export async function upsertRows(
  tx: EntityManager,
  table: string,
  columns: readonly string[],
  keys: number,
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  if (rows.length === 0) return;
  const replaced = columns.slice(keys).map((column) => `${column} = excluded.${column}`);
  const conflict = `ON CONFLICT (${columns.slice(0, keys).join()}) DO UPDATE SET ${replaced.join()}`;
  await tx.query(`${statementFor(tx, table, columns, rows.length)} ${conflict}`, rows.flat());
}

function statementFor(tx: EntityManager, table: string, columns: readonly string[], rows: number): string {
  const { type } = tx.connection.options;
  const key = `${type} ${table} ${rows}`;
  const known = statements.get(key);
  if (known !== undefined) return known;
  const values = Array.from({ length: rows }, (_, row) => {
    const places = columns.map((_column, index) =>
      type === 'postgres' ? `$${row * columns.length + index + 1}` : '?',
    );
    return `(${places.join()})`;
  });
  const text = `INSERT INTO ${table} (${columns.join()}) VALUES ${values.join()}`;
  statements.set(key, text);
  return text;
}
