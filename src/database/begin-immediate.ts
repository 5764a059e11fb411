import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { errors } from '../common/refusals/errors.js';
import { isLocked } from './driver-errors.js';

const RETRY_MS = 20;

/**
 * Takes SQLite's write lock. It waits without blocking the process; SQLite's own busy wait would block it.
 * @throws `database_unavailable` when the lock is not free before `deadline` (milliseconds since the epoch).
 */
export async function beginImmediate(writing: DataSource, deadline: number): Promise<void> {
  for (;;) {
    try {
      await writing.query('BEGIN IMMEDIATE');
      return;
    } catch (error) {
      if (!isLocked(error)) throw error;
      if (Date.now() >= deadline) throw errors.databaseUnavailable(error);
      await delay(RETRY_MS);
    }
  }
}
