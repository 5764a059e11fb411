import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { getRepositoryToken } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { newId } from '../../src/common/ids.js';
import { Transactions } from '../../src/database/transactions.js';
import { BlobLedger } from '../../src/files/contents/blob-ledger.js';
import { PendingBlob } from '../../src/files/contents/pending-blob.entity.js';
import { ObjectStorage, StorageError } from '../../src/files/storage/object-storage.js';
import { StoredFile } from '../../src/files/contents/stored-file.entity.js';
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

  const pending = () => server.app.get<Repository<PendingBlob>>(getRepositoryToken(PendingBlob)).count();
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

  // Beyond the 500 keys of a batch, the 999 parameters of SQLite's old limit, and the 1000 names of a bucket's page.
  it('condemns and sweeps more keys than one statement takes', async () => {
    const keys = Array.from({ length: 1201 }, () => crypto.randomUUID());
    await condemn(...keys);
    await Promise.all(keys.slice(-3).map(storeAs));
    expect(await pending()).toBe(1201);
    await ledger.sweep(FUTURE);
    expect([await pending(), await server.stored()]).toEqual([0, []]);
  });

  it('removes every file of a user who has more than one statement takes', async () => {
    const client = await server.user();
    const { body } = await client.upload('one of many');
    const files = server.app.get<Repository<StoredFile>>(getRepositoryToken(StoredFile));
    const uploaded = await files.findOneByOrFail({ id: body.id });
    await transactions.run(async (tx) => {
      for (let batch = 0; batch < 12; batch++) {
        const rows = Array.from({ length: 100 }, () => ({ ...uploaded, id: newId(), blobKey: newId() }));
        await tx.insert(StoredFile, rows);
      }
    });
    const deleted = await client.json('DELETE', '/api/users/me', { password: client.password });
    expect(deleted.status).toBe(204);
    expect(await files.countBy({ ownerId: client.userId })).toBe(0);
    await ledger.sweep(FUTURE);
    expect([await pending(), await server.stored()]).toEqual([0, []]);
  });

  it('removes what it can beside what it cannot, and then the rest', async () => {
    const [stuck, ...others] = await Promise.all(
      Array.from({ length: 20 }, () => storeAs(crypto.randomUUID())),
    );
    await condemn(stuck!, ...others);
    const remove = storage.delete.bind(storage);
    const broken = jest
      .spyOn(storage, 'delete')
      .mockImplementation((key) =>
        key === stuck ? Promise.reject(new StorageError('unavailable')) : remove(key),
      );
    await ledger.remove([stuck!, ...others]);
    expect(await server.stored()).toEqual([expect.stringContaining(stuck!)]);
    expect(await pending()).toBe(1);
    broken.mockRestore();
    await ledger.sweep(FUTURE);
    expect(await server.stored()).toEqual([]);
  });

  it('does not keep a client waiting for bytes that a storage is slow to remove', async () => {
    const client = await server.user();
    const { body } = await client.upload('slow to go');
    const remove = storage.delete.bind(storage);
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const slow = jest.spyOn(storage, 'delete').mockImplementation(async (key) => {
      await gate;
      await remove(key);
    });
    expect((await client.json('DELETE', `/api/files/${body.id}`)).status).toBe(204);
    expect(await server.stored()).toHaveLength(1);
    release();
    for (let attempt = 0; attempt < 100 && (await pending()) > 0; attempt++) await delay(20);
    slow.mockRestore();
    expect([await pending(), await server.stored()]).toEqual([0, []]);
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
