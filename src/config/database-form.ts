import { closeSync, openSync, readSync } from 'node:fs';

/** The first bytes of a database that is not encrypted. An encrypted one begins with its random salt. */
const PLAIN_HEADER = Buffer.from('SQLite format 3\0');

/** What the first bytes of the database file say. An empty file is not a database yet. */
export type DatabaseForm = 'none' | 'plain' | 'encrypted';

/** The form of the embedded database in this file. */
export function databaseForm(file: string): DatabaseForm {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'none';
    throw error;
  }
  try {
    const head = Buffer.alloc(PLAIN_HEADER.length);
    if (readSync(descriptor, head, 0, head.length, 0) === 0) return 'none';
    return head.equals(PLAIN_HEADER) ? 'plain' : 'encrypted';
  } finally {
    closeSync(descriptor);
  }
}
