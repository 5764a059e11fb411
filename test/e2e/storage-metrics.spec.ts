import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getRepositoryToken } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { Transactions } from '../../src/database/transactions.js';
import { newId } from '../../src/common/ids.js';
import { User } from '../../src/users/user.entity.js';
import { StorageUsage } from '../../src/files/quota/storage-usage.entity.js';
import { startApp, type TestApp } from '../support/test-app.js';

describe('/metrics about the storage', () => {
  let server: TestApp;
  beforeAll(async () => void (server = await startApp()));
  afterAll(() => server.close());

  const metrics = async () => (await server.client().fetch('/metrics')).text();

  it('has the free bytes, and those that are kept for all users', async () => {
    const clients = await Promise.all([server.user(), server.user()]);
    for (const client of clients) {
      const { body: file } = await client.upload('x'.repeat(100));
      await client.replace(file.id, 'y'.repeat(30));
      const { body: trashed } = await client.upload('z'.repeat(5));
      await client.json('DELETE', `/api/files/${trashed.id}`);
    }
    // More rows than are read at a time.
    const users = server.app.get<Repository<User>>(getRepositoryToken(User));
    const some = await users.findOneByOrFail({ id: clients[0].userId });
    const ids = Array.from({ length: 6000 }, newId);
    await server.app.get(Transactions).run(async (tx) => {
      for (let at = 0; at < ids.length; at += 50) {
        const batch = ids.slice(at, at + 50);
        await tx.insert(
          User,
          batch.map((id) => ({ ...some, id, email: id, emailFolded: id })),
        );
        await tx.insert(
          StorageUsage,
          batch.map((ownerId) => ({ ownerId, files: 1, reserved: 2 })),
        );
      }
    });
    const text = await metrics();
    expect(text).toMatch(/^storage_free_bytes (\+Inf|[1-9]\d*)$/m);
    for (const line of ['files"} 6060', 'versions"} 200', 'trash"} 10', 'reserved"} 12000'])
      expect(text).toContain(`storage_kept_bytes{of="${line}`);
  });

  it('counts again only after a minute', async () => {
    await (await server.user()).upload('more');
    expect(await metrics()).toContain('storage_kept_bytes{of="files"} 6060');
  });
});
