import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Client } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';

interface Listed {
  id: string;
  storage: { used: number; quota: number | null };
}

describe('The quota of one user, set by an admin', () => {
  let server: TestApp;
  let admin: Client;
  beforeAll(async () => {
    server = await startApp({ QUOTA_BYTES_PER_USER: '1000' });
    admin = await server.userWithRole('admin');
  });
  afterAll(() => server.close());

  const set = (id: string, bytes: unknown) =>
    admin.json<{ quota: number | null; code?: string }>('PUT', `/api/admin/users/${id}/quota`, { bytes });
  const upload = async (client: Client, bytes: number) => (await client.upload('x'.repeat(bytes))).status;

  it('takes the place of the general one at the next upload, also before the first', async () => {
    const client = await server.user();
    expect((await set(client.userId, 2000)).body).toEqual({
      used: 0,
      quota: 2000,
      files: 0,
      versions: 0,
      trash: 0,
    });
    expect([await upload(client, 2000), await upload(client, 1)]).toEqual([201, 413]);
    const { body } = await client.json<Listed>('GET', '/api/users/me');
    expect(body.storage).toMatchObject({ used: 2000, quota: 2000 });
  });

  it('is no limit with 0, and the general one again with null', async () => {
    const client = await server.user();
    expect((await set(client.userId.toUpperCase(), 0)).body.quota).toBeNull();
    expect(await upload(client, 5000)).toBe(201);
    expect((await set(client.userId, null)).body).toMatchObject({ used: 5000, quota: 1000 });
    expect(await upload(client, 1)).toBe(413);
  });

  it('removes nothing when it is below what is kept, and lets deletion make room', async () => {
    const client = await server.user();
    const { body: file } = await client.upload('x'.repeat(900));
    expect((await set(client.userId, 100)).body).toMatchObject({ used: 900, quota: 100, files: 900 });
    expect(await upload(client, 1)).toBe(413);
    expect((await client.download(file.id)).status).toBe(200);
    // What takes no more room goes on.
    await client.json('DELETE', `/api/files/${file.id}`);
    expect((await client.json('POST', `/api/trash/${file.id}/restore`)).status).toBe(200);
    await client.json('DELETE', `/api/files/${file.id}?permanently=true`);
    expect([await upload(client, 100), await upload(client, 1)]).toEqual([201, 413]);
  });

  it('holds for parallel uploads', async () => {
    const client = await server.user();
    await set(client.userId, 3000);
    const statuses = await Promise.all(Array.from({ length: 12 }, () => upload(client, 1000)));
    expect(statuses.filter((status) => status === 201)).toHaveLength(3);
  });

  it('is recorded in the trail of the user, by the admin', async () => {
    const client = await server.user();
    for (const bytes of [7, 0, null]) await set(client.userId, bytes);
    const trail = await client.trail('&action=QUOTA_SET');
    expect(trail.map(({ metadata }) => metadata)).toEqual([{ bytes: null }, { bytes: 0 }, { bytes: 7 }]);
    expect(trail[0]).toMatchObject({
      user_id: client.userId,
      actor: { type: 'user', id: admin.userId },
      resource: client.userId,
      resource_type: 'user',
      outcome: 'success',
    });
  });

  it('is in the list of users, with what each keeps', async () => {
    const clients = [await server.user(), await server.user()];
    await upload(clients[0]!, 12);
    await set(clients[1]!.userId, 34);
    const { body } = await admin.json<Listed[]>('GET', '/api/admin/users?limit=2');
    expect(body.map(({ id, storage }) => [id, storage.used, storage.quota])).toEqual([
      [clients[1]!.userId, 0, 34],
      [clients[0]!.userId, 12, 1000],
    ]);
  });

  it('takes whole numbers up to the greatest that JSON programs agree on', async () => {
    const client = await server.user();
    const { body } = await set(client.userId, Number.MAX_SAFE_INTEGER);
    expect(body.quota).toBe(Number.MAX_SAFE_INTEGER);
    expect(await upload(client, 5000)).toBe(201);
    for (const bytes of [-1, 1.5, 2 ** 53, 1e300, '5', true, [], {}, undefined]) {
      const answer = await set(client.userId, bytes);
      expect([bytes, answer.status, answer.body.code]).toEqual([bytes, 400, 'validation_failed']);
    }
    expect(await client.trail('&action=QUOTA_SET')).toHaveLength(1);
  });

  it('answers 404 for an id that no user has, or had', async () => {
    const gone = await server.user();
    await gone.json('DELETE', '/api/users/me', { password: gone.password });
    for (const id of [randomUUID(), gone.userId, 'nonsense']) {
      const answer = await set(id, 5);
      expect([answer.status, answer.body.code]).toEqual([404, 'user_not_found']);
    }
  });
});
