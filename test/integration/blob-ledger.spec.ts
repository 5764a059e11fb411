import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { getRepositoryToken } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { newId } from '../../src/common/ids.js';
import { errors } from '../../src/common/refusals/errors.js';
import { Transactions } from '../../src/database/transactions.js';
import { BlobLedger, UNFINISHED } from '../../src/files/contents/blob-ledger.js';
import { BlobSweep } from '../../src/files/contents/blob-sweep.js';
import { PendingBlob } from '../../src/files/contents/pending-blob.entity.js';
import { UnfinishedBlobs } from '../../src/files/contents/unfinished-blobs.js';
import { Quota } from '../../src/files/quota/quota.js';
import { ObjectStorage, StorageError } from '../../src/files/storage/object-storage.js';
import { StoredFile } from '../../src/files/contents/stored-file.entity.js';
import { startApp, type TestApp } from '../support/test-app.js';

/** An owner that nothing is counted for. */
const NOBODY = newId();
const FUTURE = '2999-01-01T00:00:00.000Z';

describe('The ledger of bytes and its sweep', () => {
  let server: TestApp;
  let ledger: BlobLedger;
  let sweep: BlobSweep;
  let unfinished: UnfinishedBlobs;
  let storage: ObjectStorage;
  let transactions: Transactions;
  beforeAll(async () => {
    server = await startApp();
    ledger = server.app.get(BlobLedger);
    sweep = server.app.get(BlobSweep);
    unfinished = server.app.get(UnfinishedBlobs);
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

  it('sweeps condemned keys, but not the keys that this process is writing', async () => {
    const writing = await storeAs(await ledger.reserve(NOBODY, 0));
    await condemn(await storeAs(crypto.randomUUID()));
    await sweep.sweep(FUTURE);
    expect(await server.stored()).toEqual([expect.stringContaining(writing)]);
    await sweep.discard([writing]);
    expect(await server.stored()).toEqual([]);
  });

  it('sweeps at the start what a crash left', async () => {
    await condemn(await storeAs(crypto.randomUUID()));
    await sweep.onApplicationBootstrap();
    expect(await server.stored()).toEqual([]);
    sweep.onModuleDestroy();
  });

  it('waits for a row that is being inserted, and then keeps its bytes', async () => {
    const key = await storeAs(await ledger.reserve(NOBODY, 0));
    let [settled, commit] = [() => {}, () => {}];
    const onItsWay = new Promise<void>((resolve) => (settled = resolve));
    const gate = new Promise<void>((resolve) => (commit = resolve));
    const committing = transactions.run(async (tx) => {
      await ledger.settle(tx, key);
      settled();
      await gate;
    });
    await onItsWay;
    const discarding = sweep.discard([key]);
    await delay(100);
    commit();
    await Promise.all([committing, discarding]);
    expect(await server.stored()).toHaveLength(1);
    await storage.delete(key);
  });

  it('gives no row to a key that another process has swept', async () => {
    const key = await storeAs(await ledger.reserve(NOBODY, 0));
    const otherLedger = new BlobLedger(
      server.app.get(getRepositoryToken(PendingBlob)),
      transactions,
      server.app.get(Quota),
    );
    const other = new BlobSweep(otherLedger, storage, transactions, server.config);
    await other.sweep(FUTURE);
    expect(await server.stored()).toEqual([]);
    await expect(transactions.run((tx) => ledger.settle(tx, key))).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
    await sweep.discard([key]);
  });

  it('does not renew the lease of a key that an upload names by now', async () => {
    const named = await unfinished.withNewKeys(NOBODY, async (newKey) => {
      const key = await newKey();
      await transactions.run((tx) => unfinished.rename(tx, [], [key]));
      await ledger.renew();
      return key;
    });
    const rows = server.app.get<Repository<PendingBlob>>(getRepositoryToken(PendingBlob));
    expect(await rows.findOneBy({ blobKey: named })).toMatchObject({ leaseUntil: UNFINISHED });
    await ledger.strike([named]);
  });

  it('keeps further keys of an upload while it works, and removes what it has not named when it is refused', async () => {
    const work = unfinished.withNewKeys(NOBODY, async (newKey) => {
      await storeAs(await newKey());
      await sweep.sweep(FUTURE);
      expect(await server.stored()).toHaveLength(1);
      throw errors.uploadGone();
    });
    await expect(work).rejects.toMatchObject({ code: 'upload_gone' });
    expect(await server.stored()).toEqual([]);
  });

  // More than the 500 keys of a batch, the 999 parameters of SQLite's old limit, and the 1000 names of a
  // bucket's page.
  it('condemns and sweeps more keys than fit into one statement', async () => {
    const keys = Array.from({ length: 1201 }, () => crypto.randomUUID());
    await condemn(...keys);
    await Promise.all(keys.slice(-3).map(storeAs));
    expect(await pending()).toBe(1201);
    await sweep.sweep(FUTURE);
    expect([await pending(), await server.stored()]).toEqual([0, []]);
  });

  it('removes all files of a user with more files than fit into one statement', async () => {
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
    await sweep.sweep(FUTURE);
    expect([await pending(), await server.stored()]).toEqual([0, []]);
  });

  it('removes the other keys when one cannot be removed, and that one later', async () => {
    const [stuck, ...others] = await Promise.all(
      Array.from({ length: 20 }, () => storeAs(crypto.randomUUID())),
    );
    await condemn(stuck!, ...others);
    const remove = storage.deleteAll.bind(storage);
    const broken = jest.spyOn(storage, 'deleteAll').mockImplementation(async (keys) => {
      const { removed } = await remove(keys.filter((key) => key !== stuck));
      return { removed, failures: [new StorageError('unavailable')] };
    });
    await sweep.remove([stuck!, ...others]);
    expect(await server.stored()).toEqual([expect.stringContaining(stuck!)]);
    expect(await pending()).toBe(1);
    broken.mockRestore();
    await sweep.sweep(FUTURE);
    expect(await server.stored()).toEqual([]);
  });

  it('does not make a client wait for a slow removal', async () => {
    const client = await server.user();
    const { body } = await client.upload('slow to go');
    const remove = storage.deleteAll.bind(storage);
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const slow = jest.spyOn(storage, 'deleteAll').mockImplementation(async (keys) => {
      await gate;
      return remove(keys);
    });
    expect((await client.json('DELETE', `/api/files/${body.id}?permanently=true`)).status).toBe(204);
    expect(await server.stored()).toHaveLength(1);
    release();
    while ((await pending()) > 0) await delay(20);
    slow.mockRestore();
    expect([await pending(), await server.stored()]).toEqual([0, []]);
  });

  it('reports bytes that cannot be removed, and removes them at the next sweep', async () => {
    const key = await storeAs(crypto.randomUUID());
    await condemn(key);
    const broken = jest
      .spyOn(storage, 'deleteAll')
      .mockResolvedValue({ removed: [], failures: [new StorageError('unavailable')] });
    await sweep.remove([key]);
    expect(server.log.join('')).toContain('the next sweep tries again');
    broken.mockRestore();
    await sweep.sweep(FUTURE);
    expect(await server.stored()).toEqual([]);
  });

  it('keeps the bytes of an upload whose commit succeeded without an answer', async () => {
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
