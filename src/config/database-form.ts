import { closeSync, openSync, readSync } from 'node:fs';
import { ConfigError } from './config-error.js';

/** The first bytes of a database that is not encrypted. An encrypted one begins with its random salt. */
const PLAIN_HEADER = Buffer.from('SQLite format 3\0');

/** What the first bytes of the database file say. An empty file is not a database yet. */
export type DatabaseForm = 'none' | 'plain' | 'encrypted';

/** The form of the embedded database in this file. @throws {ConfigError} when it cannot be read. */
export function databaseForm(file: string): DatabaseForm {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'none';
    throw new ConfigError([`${file} cannot be read (${code ?? String(error)})`]);
  }
  try {
    const head = Buffer.alloc(PLAIN_HEADER.length);
    if (readSync(descriptor, head, 0, head.length, 0) === 0) return 'none';
    return head.equals(PLAIN_HEADER) ? 'plain' : 'encrypted';
  } finally {
    closeSync(descriptor);
  }
}
