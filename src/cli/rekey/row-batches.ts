import type { DataSource } from 'typeorm';
import type { Row } from '../../encryption/sealed-rows.js';

const BATCH = 500;

/** What is read of a table. */
export interface Selection {
  readonly table: string;
  /** The columns of the primary key, in order. */
  readonly key: readonly string[];
  /** Further columns; `*` for all of the table. */
  readonly columns: readonly string[];
}

/** All rows of a table in the order of the primary key, in batches. No statement takes longer in a larger table. */
export async function* rowBatches(
  reading: DataSource,
  { table, key, columns }: Selection,
): AsyncGenerator<Row[]> {
  const names = columns.includes('*') ? '*' : [...new Set([...key, ...columns])].join();
  const order = `ORDER BY ${key.join()} LIMIT ${BATCH}`;
  const place = placeholders(reading, key.length).join();
  let rows = await reading.query<Row[]>(`SELECT ${names} FROM ${table} ${order}`);
  while (rows.length > 0) {
    yield rows;
    rows = await reading.query<Row[]>(
      `SELECT ${names} FROM ${table} WHERE (${key.join()}) > (${place}) ${order}`,
      valuesOf(rows.at(-1)!, key),
    );
  }
}

/**
 * About how many rows a table has, to show progress; null when that is not known. PostgreSQL is asked for what it has estimated: to count
 * a large table would take longer than a statement may.
 */
export async function estimateRows(reading: DataSource, table: string): Promise<number | null> {
  if (reading.options.type !== 'postgres') {
    const [{ rows }] = await reading.query<[{ rows: number }]>(`SELECT count(*) AS rows FROM ${table}`);
    return rows;
  }
  const [found] = await reading.query<{ rows: number }[]>(
    'SELECT reltuples AS rows FROM pg_class WHERE oid = to_regclass($1)',
    [table],
  );
  // 0 or less: it has not looked at the table yet.
  return found !== undefined && found.rows > 0 ? found.rows : null;
}

/** The parameters of a statement, in the words of the database. */
export function placeholders(source: DataSource, count: number): string[] {
  const isPostgres = source.options.type === 'postgres';
  return Array.from({ length: count }, (_, index) => (isPostgres ? `$${index + 1}` : '?'));
}

/** The values of some columns, in order. */
export function valuesOf(row: Row, columns: readonly string[]): Row[string][] {
  return columns.map((column) => row[column] ?? null);
}
