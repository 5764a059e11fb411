import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { estimateRows } from '../../src/cli/rekey/row-batches.js';
import { insertRows } from '../../src/database/insert-rows.js';
import { Transactions } from '../../src/database/transactions.js';
import { startApp, type TestApp } from '../support/test-app.js';

const ROWS = 3;

describe('estimateRows', () => {
  let server: TestApp;
  let reading: DataSource;
  let transactions: Transactions;
  beforeAll(async () => {
    server = await startApp();
    reading = server.app.get<DataSource>(getDataSourceToken());
    transactions = server.app.get(Transactions);
    const rows = Array.from({ length: ROWS }, (_, index) => [`key-${index}`, 'v1.', '[]']);
    await transactions.run((tx) => insertRows(tx, 'content_keys', ['blob_key', 'wrapped', 'segments'], rows));
  });
  afterAll(() => server.close());

  const isPostgres = () => reading.options.type === 'postgres';

  it('on SQLite, counts: nothing else uses the database meanwhile', async () => {
    if (!isPostgres()) expect(await estimateRows(reading, 'content_keys')).toBe(ROWS);
  });

  it('on PostgreSQL, knows what was estimated last, and reads no row: it needs no lock of the table', async () => {
    if (!isPostgres()) return;
    expect(await estimateRows(reading, 'content_keys')).toBeNull();
    await transactions.run(async (tx) => void (await tx.query('ANALYZE content_keys')));
    await transactions.run(async (tx) => {
      await tx.query('LOCK TABLE content_keys IN ACCESS EXCLUSIVE MODE');
      expect(await estimateRows(reading, 'content_keys')).toBe(ROWS);
    });
  });
});
