import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Readable } from 'node:stream';
import { Transactions } from '../../src/database/transactions.js';
import { BlobLedger } from '../../src/files/blob-ledger.js';
import { ObjectStorage, StorageError } from '../../src/files/storage/object-storage.js';
import { startApp, type TestApp } from '../support/test-app.js';

const FUTURE = '2999-01-01T00:00:00.000Z';

describe('BlobLedger', () => {
  let server: TestApp;
  let ledger: BlobLedger;
  let storage: ObjectStorage;
  beforeAll(async () => {
    server = await startApp();
    ledger = server.app.get(BlobLedger);
    storage = server.app.get(ObjectStorage);
  });
  afterAll(() => server.close());

  const condemn = (...keys: string[]) => server.app.get(Transactions).run((tx) => ledger.condemn(tx, keys));
  const storeAs = async (key: string) => {
    await storage.write(key, Readable.from(['bytes']));
    return key;
  };

  it('sweeps what is condemned, and not what this process is writing', async () => {
    const writing = await storeAs(await ledger.reserve());
    await condemn(await storeAs(crypto.randomUUID()));
    await ledger.sweep(FUTURE);
    expect(await server.stored()).toEqual([expect.stringContaining(writing)]);
    await ledger.discard([writing]);
    expect(await server.stored()).toEqual([]);
  });

  it('sweeps at start what a crash has left behind', async () => {
    await condemn(await storeAs(crypto.randomUUID()));
    await ledger.onApplicationBootstrap();
    expect(await server.stored()).toEqual([]);
    ledger.onModuleDestroy();
  });

  it('reports what cannot be removed, and removes it at the next sweep', async () => {
    const key = await storeAs(crypto.randomUUID());
    await condemn(key);
    const broken = jest.spyOn(storage, 'delete').mockRejectedValue(new StorageError('unavailable'));
    await ledger.discard([key]);
    expect(server.log.join('')).toContain('the next sweep tries again');
    broken.mockRestore();
    await ledger.sweep(FUTURE);
    expect(await server.stored()).toEqual([]);
  });
});
