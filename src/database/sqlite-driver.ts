import { createRequire } from 'node:module';

/** The first Node that better-sqlite3 13 supports; it brings down those before. */
const NODE_OF_13 = 22;

/** What this project itself asks of a connection of better-sqlite3. */
export interface SqliteConnection {
  pragma(source: string, options?: { simple: boolean }): unknown;
  exec(source: string): unknown;
  close(): unknown;
}

/** How one is opened; `timeout` is in milliseconds. */
type SqliteDriver = new (file: string, options?: { timeout: number }) => SqliteConnection;

/**
 * The embedded database's driver for this Node: better-sqlite3 13 (`better-sqlite3-napi`), or 12 on Node 20. From Node 24.19
 * on, 12 aborts the process when a prepared statement is collected as garbage.
 * @throws when 12 is needed and could not be compiled at installation.
 */
export function sqliteDriver(): SqliteDriver {
  const require = createRequire(import.meta.url);
  if (Number.parseInt(process.versions.node, 10) >= NODE_OF_13)
    return require('better-sqlite3-napi') as SqliteDriver;
  try {
    return require('better-sqlite3') as SqliteDriver;
  } catch (error) {
    throw new Error(
      `better-sqlite3 12 for Node ${process.versions.node} is not there: install a C++ compiler and npm ci again, or use a later Node`,
      { cause: error },
    );
  }
}
