import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';

interface Storage {
  used: number;
  quota: number | null;
  files: number;
  versions: number;
  trash: number;
}

const storageOf = async (client: Client) =>
  (await client.json<{ storage: Storage }>('GET', '/api/users/me')).body.storage;

describe('The storage of a profile', () => {
  let server: TestApp;
  beforeAll(async () => void (server = await startApp({ QUOTA_BYTES_PER_USER: '5000' })));
  afterAll(() => server.close());

  it('has nothing for a new user', async () => {
    expect(await storageOf(await server.user())).toEqual({
      used: 0,
      quota: 5000,
      files: 0,
      versions: 0,
      trash: 0,
    });
  });

  it('has the bytes of files, versions and trash as each change leaves them', async () => {
    const client = await server.user();
    const { body: file } = await client.upload('x'.repeat(1000));
    expect(await storageOf(client)).toMatchObject({ used: 1000, files: 1000 });
    await client.replace(file.id, 'y'.repeat(10));
    expect(await storageOf(client)).toMatchObject({ used: 1010, files: 10, versions: 1000 });
    await client.json('DELETE', `/api/files/${file.id}`);
    expect(await storageOf(client)).toMatchObject({ used: 1010, files: 0, versions: 0, trash: 1010 });
    await client.json('DELETE', `/api/trash/${file.id}`);
    expect(await storageOf(client)).toMatchObject({ used: 0, trash: 0 });
  });

  it('is each user’s own when many ask at the same time', async () => {
    const clients = await Promise.all(Array.from({ length: 5 }, () => server.user()));
    await Promise.all(clients.map((client, index) => client.upload('x'.repeat(index + 1))));
    const asked = clients.flatMap((client) => [client, client, client]);
    const used = (await Promise.all(asked.map(storageOf))).map(({ used: bytes }) => bytes);
    expect(used).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5]);
  });

  it('has no quota where there is none', async () => {
    const free = await startApp();
    const client = await free.user();
    await client.upload('x');
    expect(await storageOf(client)).toMatchObject({ used: 1, quota: null });
    await free.close();
  });
});
