import type { KeyObject } from 'node:crypto';
import { applyCipher } from '../../database/sqlite-cipher.js';
import { type SqliteConnection, sqliteDriver } from '../../database/sqlite-driver.js';

/** In KiB. Indexes are filled in the order of the tables. */
const CACHE = '-262144';

/** What SQLite says of its own tables and indexes. Those without a statement, or named `sqlite_…`, it makes itself. */
interface SchemaEntry {
  readonly type: 'table' | 'index' | 'trigger' | 'view';
  readonly name: string;
  readonly sql: string;
}

/**
 * Writes everything that is in a plain database into a new encrypted one, row by row: neither in memory nor in a temporary file is there
 * ever more than a few pages. (`PRAGMA rekey` copies the whole database, in plain, into a temporary file.)
 * @param copy does not exist yet.
 */
export function writeEncryptedCopy(file: string, copy: string, key: KeyObject): void {
  const connection = new (sqliteDriver())(copy);
  try {
    applyCipher(connection, key);
    // The copy is thrown away after a crash. The caller syncs it.
    for (const pragma of ['synchronous = OFF', 'foreign_keys = OFF', `cache_size = ${CACHE}`])
      connection.pragma(pragma);
    connection.prepare("ATTACH DATABASE ? AS plain KEY ''").run(file);
    copyAll(connection);
    connection.exec('DETACH DATABASE plain');
    requireWhole(connection);
  } finally {
    connection.close();
  }
}

function copyAll(connection: SqliteConnection): void {
  const schema = connection
    .prepare(
      "SELECT type, name, sql FROM plain.sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite@_%' ESCAPE '@'",
    )
    .all() as SchemaEntry[];
  const those = (...types: SchemaEntry['type'][]) => schema.filter(({ type }) => types.includes(type));
  // Before the rows: an index that is made afterwards is sorted in memory.
  for (const { sql } of [...those('table'), ...those('index')]) connection.exec(sql);
  for (const { name } of those('table')) copyRows(connection, name);
  if (
    connection.prepare("SELECT 1 FROM plain.sqlite_schema WHERE name = 'sqlite_sequence'").all().length > 0
  ) {
    connection.exec('DELETE FROM main.sqlite_sequence');
    copyRows(connection, 'sqlite_sequence');
  }
  // After the rows, so that they do not fire.
  for (const { sql } of those('view', 'trigger')) connection.exec(sql);
  for (const pragma of ['user_version', 'application_id']) {
    const value = connection.pragma(`plain.${pragma}`, { simple: true }) as number;
    connection.pragma(`main.${pragma} = ${value}`);
  }
}

function copyRows(connection: SqliteConnection, table: string): void {
  const name = `"${table.replaceAll('"', '""')}"`;
  connection.exec(`INSERT INTO main.${name} SELECT * FROM plain.${name}`);
}

function requireWhole(connection: SqliteConnection): void {
  const [first] = connection.prepare('PRAGMA integrity_check').all() as { integrity_check: string }[];
  if (first?.integrity_check !== 'ok')
    throw new Error(
      `the encrypted copy of the database is not whole: ${first?.integrity_check ?? 'no answer'}`,
    );
}
