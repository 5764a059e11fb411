import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { getRepositoryToken } from '@nestjs/typeorm';
import { Transactions } from '../../src/database/transactions.js';
import { BlobLedger } from '../../src/files/blob-ledger.js';
import { PendingBlob } from '../../src/files/pending-blob.entity.js';
import { ObjectStorage, StorageError } from '../../src/files/storage/object-storage.js';
import { startApp, type TestApp } from '../support/test-app.js';

const FUTURE = '2999-01-01T00:00:00.000Z';

describe('BlobLedger', () => {
  let server: TestApp;
  let ledger: BlobLedger;
  let storage: ObjectStorage;
  let transactions: Transactions;
  beforeAll(async () => {
    server = await startApp();
    ledger = server.app.get(BlobLedger);
    storage = server.app.get(ObjectStorage);
    transactions = server.app.get(Transactions);
  });
  afterAll(() => server.close());

  const condemn = (...keys: string[]) => transactions.run((tx) => ledger.condemn(tx, keys));
  const storeAs = async (key: string) => {
    await storage.write(key, Readable.from(['bytes']));
    return key;
  };

  it('sweeps what is condemned, and not what this process is writing', async () => {
    const writing = await storeAs(await ledger.reserve());
    await condemn(await storeAs(crypto.randomUUID()));
    await ledger.sweep(FUTURE);
    expect(await server.stored()).toEqual([expect.stringContaining(writing)]);
    await ledger.discard(writing);
    expect(await server.stored()).toEqual([]);
  });

  it('sweeps at start what a crash has left behind', async () => {
    await condemn(await storeAs(crypto.randomUUID()));
    await ledger.onApplicationBootstrap();
    expect(await server.stored()).toEqual([]);
    ledger.onModuleDestroy();
  });

  it('waits for a row that is on its way, and then keeps the bytes', async () => {
    const key = await storeAs(await ledger.reserve());
    let [settled, commit] = [() => {}, () => {}];
    const onItsWay = new Promise<void>((resolve) => (settled = resolve));
    const gate = new Promise<void>((resolve) => (commit = resolve));
    const committing = transactions.run(async (tx) => {
      await ledger.settle(tx, key);
      settled();
      await gate;
    });
    await onItsWay;
    const discarding = ledger.discard(key);
    await delay(100);
    commit();
    await Promise.all([committing, discarding]);
    expect(await server.stored()).toHaveLength(1);
    await storage.delete(key);
  });

  it('gives no row to a key that another process has swept', async () => {
    const key = await storeAs(await ledger.reserve());
    const other = new BlobLedger(
      server.app.get(getRepositoryToken(PendingBlob)),
      storage,
      transactions,
      server.config,
    );
    await other.sweep(FUTURE);
    expect(await server.stored()).toEqual([]);
    await expect(transactions.run((tx) => ledger.settle(tx, key))).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
    await ledger.discard(key);
  });

  it('reports what cannot be removed, and removes it at the next sweep', async () => {
    const key = await storeAs(crypto.randomUUID());
    await condemn(key);
    const broken = jest.spyOn(storage, 'delete').mockRejectedValue(new StorageError('unavailable'));
    await ledger.remove([key]);
    expect(server.log.join('')).toContain('the next sweep tries again');
    broken.mockRestore();
    await ledger.sweep(FUTURE);
    expect(await server.stored()).toEqual([]);
  });

  it('keeps the bytes of an upload whose commit succeeded, but was not answered', async () => {
    const client = await server.user();
    const run = transactions.run.bind(transactions);
    const lost = jest.spyOn(transactions, 'run').mockImplementation(async (work) => {
      const result: unknown = await run(work);
      if (typeof result === 'object' && result !== null && 'sha256' in result)
        throw new Error('connection lost');
      return result;
    });
    expect((await client.upload('precious')).status).toBe(500);
    lost.mockRestore();
    const { body: files } = await client.json<{ id: string }[]>('GET', '/api/files');
    expect(files).toHaveLength(1);
    expect((await client.download(files[0]!.id)).body.toString()).toBe('precious');
  });
});
