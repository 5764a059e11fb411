import { createRequire } from 'node:module';

/** The first version of Node that version 13 of the driver supports. It crashes earlier versions. */
const FIRST_NODE_OF_13 = 22;

/** The part of a connection that this project uses itself. */
export interface SqliteConnection {
  pragma(source: string, options?: { simple: boolean }): unknown;
  exec(source: string): unknown;
  prepare(source: string): {
    all(...values: readonly unknown[]): unknown[];
    run(...values: readonly unknown[]): unknown;
  };
  /** Opens an encrypted database, or makes a new one encrypted. Comes before anything that reads the file. */
  key(key: Buffer): unknown;
  close(): unknown;
}

/** How a connection is opened; `timeout` is in milliseconds. */
type SqliteDriver = new (file: string, options?: { timeout: number }) => SqliteConnection;

/**
 * The driver of the embedded database for this Node: better-sqlite3 with SQLite's ciphers, version 13
 * (`better-sqlite3-multiple-ciphers-napi`), or 12 on Node 20. On Node 24.19 and later, version 12 aborts the
 * process when a prepared statement is garbage-collected. npm installs both as optional packages: it leaves 13
 * out on Node 20, and 12 where it cannot be compiled.
 * @throws when the driver for this Node is not installed, with what to do.
 */
export function sqliteDriver(): SqliteDriver {
  const require = createRequire(import.meta.url);
  const { node } = process.versions;
  const later = Number.parseInt(node, 10) >= FIRST_NODE_OF_13;
  try {
    return require(
      later ? 'better-sqlite3-multiple-ciphers-napi' : 'better-sqlite3-multiple-ciphers',
    ) as SqliteDriver;
  } catch (error) {
    const remedy = later
      ? 'run npm ci with this Node'
      : 'install a C++ compiler and run npm ci with this Node, or use a later Node';
    throw new Error(
      `better-sqlite3-multiple-ciphers ${later ? 13 : 12} for Node ${node} is not installed: ${remedy}`,
      { cause: error },
    );
  }
}
