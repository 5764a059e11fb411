import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AuditLogEntry } from '../../src/audit/log/audit-log-entry.entity.js';
import { AuditPrivate } from '../../src/audit/log/audit-private.entity.js';
import { newId } from '../../src/common/ids.js';
import { Transactions } from '../../src/database/transactions.js';
import { FileRemoval } from '../../src/files/contents/file-removal.js';
import { PendingBlob } from '../../src/files/contents/pending-blob.entity.js';
import { StoredFile } from '../../src/files/contents/stored-file.entity.js';
import { StorageUsage } from '../../src/files/quota/storage-usage.entity.js';
import { Departures } from '../../src/users/departures.js';
import { User } from '../../src/users/user.entity.js';
import type { Client } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';

const FILES = 2500;

describe('The deletion of an account', () => {
  let server: TestApp;
  let database: DataSource;
  beforeAll(async () => {
    server = await startApp();
    database = server.app.get<DataSource>(getDataSourceToken());
  });
  afterAll(() => server.close());

  const deleteAccount = (client: Client) =>
    client.json('DELETE', '/api/users/me', { password: client.password });

  /** A user with many files, of which only the first has bytes. */
  async function userWithFiles(): Promise<Client> {
    const client = await server.user();
    const { body } = await client.upload('one of many');
    const file = await database.getRepository(StoredFile).findOneByOrFail({ id: body.id });
    await server.app.get(Transactions).run(async (tx) => {
      for (let made = 1; made < FILES; made += 147) {
        const rows = Array.from({ length: Math.min(147, FILES - made) }, () => ({
          ...file,
          id: newId(),
          blobKey: newId(),
        }));
        await tx.insert(StoredFile, rows);
      }
    });
    return client;
  }

  async function keptOf({ userId }: Client): Promise<Record<string, number>> {
    const entries = await database.getRepository(AuditLogEntry).findBy({ subject: userId });
    const values = await database.getRepository(AuditPrivate).find();
    const seqs = new Set(entries.map(({ seq }) => seq));
    return {
      users: await database.getRepository(User).countBy({ id: userId }),
      files: await database.getRepository(StoredFile).countBy({ ownerId: userId }),
      usage: await database.getRepository(StorageUsage).countBy({ ownerId: userId }),
      values: values.filter(({ seq }) => seqs.has(seq)).length,
    };
  }

  it('lets others act between its steps, and leaves nothing', async () => {
    const [leaving, other] = [await userWithFiles(), await server.user()];
    const order: string[] = [];
    const deletion = deleteAccount(leaving).then(({ status }) => order.push(`deleted ${status}`));
    const rename = async () => {
      const { status } = await other.json('PATCH', '/api/users/me', { name: 'Somebody' });
      order.push(`renamed ${status}`);
    };
    for (let times = 0; times < 3; times++) await rename();
    await deletion;
    expect(order).toEqual(['renamed 200', 'renamed 200', 'renamed 200', 'deleted 204']);
    expect(await keptOf(leaving)).toEqual({ users: 0, files: 0, usage: 0, values: 0 });
    expect(await server.stored()).toEqual([]);
  });

  it('is final before all is removed, and continues after a failure', async () => {
    const admin = await server.userWithRole('admin');
    const leaving = await userWithFiles();
    const failing = jest
      .spyOn(server.app.get(FileRemoval), 'removeRows')
      .mockRejectedValueOnce(new Error('no'));
    expect((await deleteAccount(leaving)).status).toBe(204);
    failing.mockRestore();
    expect(server.log.filter((line) => line.includes('could not be removed'))).toHaveLength(1);
    expect(await keptOf(leaving)).toMatchObject({ users: 1, files: FILES });

    expect((await leaving.json('GET', '/api/files')).status).toBe(401);
    expect((await leaving.signIn()).body.code).toBe('invalid_credentials');
    const path = `/api/admin/users?limit=200`;
    const users = (await admin.json<{ id: string }[]>('GET', path)).body.map(({ id }) => id);
    expect(users).not.toContain(leaving.userId);
    const successor = await server.user(leaving.email);
    expect(successor.userId).not.toBe(leaving.userId);

    await server.app.get(Departures).resume();
    expect(await keptOf(leaving)).toEqual({ users: 0, files: 0, usage: 0, values: 0 });
    expect(await server.stored()).toEqual([]);
    expect((await successor.signIn()).status).toBe(200);
  });

  it('takes in nothing of an upload that ends after it', async () => {
    const leaving = await server.user();
    let release = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const form = new ReadableStream<Uint8Array>({
      async start(controller) {
        const text = new TextEncoder();
        controller.enqueue(
          text.encode('--x\r\nContent-Disposition: form-data; name="file"; filename="late"\r\n\r\nbytes'),
        );
        await gate;
        controller.enqueue(text.encode('\r\n--x--\r\n'));
        controller.close();
      },
    });
    const upload = leaving.fetch('/api/files', {
      method: 'POST',
      body: form,
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      duplex: 'half',
    });
    const pending = database.getRepository(PendingBlob);
    while ((await pending.countBy({ ownerId: leaving.userId })) === 0) await delay(10);
    expect((await deleteAccount(leaving)).status).toBe(204);
    release();
    expect((await upload).status).toBe(401);
    expect(await server.stored()).toEqual([]);
    expect(await keptOf(leaving)).toMatchObject({ users: 0, files: 0 });
  });
});
