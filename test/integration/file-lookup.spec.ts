import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { getRepositoryToken } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { Transactions } from '../../src/database/transactions.js';
import { FileLookup } from '../../src/files/catalogue/file-lookup.js';
import { StoredFile } from '../../src/files/contents/stored-file.entity.js';
import { startApp, type TestApp } from '../support/test-app.js';

describe('FileLookup', () => {
  let server: TestApp;
  let files: Repository<StoredFile>;
  let lookup: FileLookup;
  beforeAll(async () => {
    server = await startApp();
    files = server.app.get(getRepositoryToken(StoredFile));
    lookup = server.app.get(FileLookup);
  });
  afterAll(() => server.close());

  const upload = async () => {
    const client = await server.user();
    const { body } = await client.upload(Buffer.from('bytes'));
    return { id: body.id, ownerId: client.userId };
  };

  it('sends one query for all calls in one turn, and returns to each its own file', async () => {
    const [a, b] = [await upload(), await upload()];
    const asked = jest.spyOn(files, 'findBy');
    const found = await Promise.all([
      lookup.find(a.id, a.ownerId),
      lookup.find(b.id, b.ownerId),
      lookup.find(a.id, b.ownerId),
      lookup.find(b.id, a.ownerId),
      lookup.find(crypto.randomUUID(), a.ownerId),
      lookup.find(a.id, a.ownerId),
    ]);
    expect(asked).toHaveBeenCalledTimes(1);
    expect(found.map((file) => file?.id ?? null)).toEqual([a.id, b.id, null, null, null, a.id]);
    asked.mockRestore();
  });

  it('caches nothing', async () => {
    const { id, ownerId } = await upload();
    expect(await lookup.find(id, ownerId)).not.toBeNull();
    const renamed = { name: 'renamed meanwhile' };
    await server.app.get(Transactions).run((tx) => tx.update(StoredFile, { id }, renamed));
    expect(await lookup.find(id, ownerId)).toMatchObject(renamed);
  });

  it('rejects all calls when the database does not answer, and queries again afterwards', async () => {
    const { id, ownerId } = await upload();
    const failing = jest.spyOn(files, 'findBy').mockRejectedValueOnce(new Error('it is gone'));
    const asked = await Promise.allSettled([lookup.find(id, ownerId), lookup.find(id, ownerId)]);
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    failing.mockRestore();
    expect(await lookup.find(id, ownerId)).toMatchObject({ id });
  });
});
