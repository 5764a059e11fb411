import { createRequire } from 'node:module';

/** The first Node that better-sqlite3 13 supports; it brings down those before. */
const NODE_OF_13 = 22;

/**
 * The embedded database's driver for this Node: better-sqlite3 13 (`better-sqlite3-napi`), or 12 on Node 20. From Node 24.19
 * on, 12 aborts the process when a prepared statement is collected as garbage.
 * @throws when 12 is needed and could not be compiled at installation.
 */
export function sqliteDriver(): unknown {
  const require = createRequire(import.meta.url);
  if (Number.parseInt(process.versions.node, 10) >= NODE_OF_13) return require('better-sqlite3-napi');
  try {
    return require('better-sqlite3');
  } catch (error) {
    throw new Error(
      `better-sqlite3 12 for Node ${process.versions.node} is not there: install a C++ compiler and npm ci again, or use a later Node`,
      { cause: error },
    );
  }
}
