import { expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { createDatabase } from '../support/database.js';
import { startApp } from '../support/test-app.js';

/** Longer than the time limits of a statement (10 s) and of a request (12 s). */
const LONG_MS = 12_500;

it('waits for another migrating process, and for a long migration, without a time limit', async () => {
  const database = await createDatabase();
  if (database === null) throw new Error('this needs PostgreSQL: run it with npm run test:postgres');
  const [migrating, busy] = [database.url, database.url].map(
    (url) => new pg.Client({ connectionString: url }),
  );
  await Promise.all([migrating!.connect(), busy!.connect()]);
  await migrating!.query('SELECT pg_advisory_lock(4202611)');
  // The first migration makes this table, and waits for this transaction.
  await busy!.query('BEGIN; CREATE TABLE users (id text)');
  let started = false;
  const starting = startApp({ DATABASE_URL: database.url }).finally(() => (started = true));
  starting.catch(() => undefined);
  await delay(LONG_MS);
  expect(started).toBe(false);
  await migrating!.end();
  await delay(LONG_MS);
  expect(started).toBe(false);
  await busy!.query('ROLLBACK');
  await busy!.end();
  const server = await starting;
  expect((await server.client().json('GET', '/ready')).status).toBe(200);
  expect(server.log.join('')).toContain('waiting for another process');
  await server.close();
  await database.drop();
});
