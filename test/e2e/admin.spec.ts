import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';

interface ManagedUser {
  id: string;
  email: string;
  roles: string[];
  disabled: string | null;
}

describe('admin', () => {
  let server: TestApp;
  let admin: Client;
  beforeAll(async () => {
    server = await startApp();
    admin = await server.userWithRole('admin');
  });
  afterAll(() => server.close());

  const manage = (method: string, path: string) =>
    admin.json<ManagedUser & { code?: string }>(method, `/api/admin/users/${path}`);

  it('lists users in pages, and searches a part of their e-mail', async () => {
    for (const name of ['needle_1', 'needle%2', 'needlex3']) await server.user(`${name}@find.example`);
    const emails = async (query: string) =>
      (await admin.json<ManagedUser[]>('GET', `/api/admin/users?${query}`)).body.map(({ email }) => email);
    expect(await emails('search=NEEDLE')).toEqual([
      'needlex3@find.example',
      'needle%2@find.example',
      'needle_1@find.example',
    ]);
    expect(await emails('search=needle_1')).toEqual(['needle_1@find.example']);
    expect(await emails('search=needle%252')).toEqual(['needle%2@find.example']);
    const first = await admin.json<ManagedUser[]>('GET', '/api/admin/users?search=find.example&limit=2');
    expect(first.body).toHaveLength(2);
    const next = /<([^>]+)>/.exec(first.headers.get('link')!)![1]!;
    expect((await admin.json<ManagedUser[]>('GET', next)).body.map(({ email }) => email)).toEqual([
      'needle_1@find.example',
    ]);
    const [record] = await admin.trail('&action=USER_LIST');
    expect(record).toMatchObject({ outcome: 'success', metadata: { count: 1, filters: ['search'] } });
    await admin.json('GET', '/api/admin/users?limit=1');
    expect((await admin.trail('&action=USER_LIST'))[0]!.metadata).toEqual({ count: 1, filters: [] });
  });

  it('disables a user at once, keys and sessions included, and enables them again', async () => {
    const user = await server.user();
    const { body: key } = await user.json<{ key: string }>('POST', '/api/auth/keys', {
      name: 'backup',
      scopes: ['files:read'],
    });
    const byKey = () =>
      user
        .fetch('/api/files', { headers: { authorization: `Bearer ${key.key}` } })
        .then(({ status }) => status);
    expect(await byKey()).toBe(200);
    expect((await manage('POST', `${user.userId}/disable`)).body.disabled).toEqual(expect.any(String));
    expect([(await user.json('GET', '/api/users/me')).status, await byKey()]).toEqual([401, 401]);
    expect((await user.signIn()).body.code).toBe('account_disabled');
    expect((await manage('POST', `${user.userId}/disable`)).status).toBe(200);
    expect((await manage('POST', `${user.userId}/enable`)).body.disabled).toBeNull();
    expect((await manage('POST', `${user.userId}/enable`)).status).toBe(200);
    const again = await user.signIn();
    expect(again.status).toBe(200);
    user.token = again.body.token;
    const trail = await user.trail('&action=USER_DISABLE&action=USER_ENABLE');
    expect(trail.map(({ action, actor, user_id: about }) => [action, actor.id, about])).toEqual([
      ['USER_ENABLE', admin.userId, user.userId],
      ['USER_DISABLE', admin.userId, user.userId],
    ]);
  });

  it('ends every session of a user', async () => {
    const user = await server.user();
    const other = await user.signIn();
    expect((await manage('DELETE', `${user.userId}/sessions`)).status).toBe(204);
    expect((await user.json('GET', '/api/users/me')).status).toBe(401);
    user.token = other.body.token;
    expect((await user.json('GET', '/api/users/me')).status).toBe(401);
  });

  it('grants and revokes roles with effect at once', async () => {
    const user = await server.user();
    const other = await server.user();
    const readsOthers = async () =>
      (await user.json('GET', `/api/audit/logs?user_id=${other.userId}`)).status;
    expect(await readsOthers()).toBe(403);
    expect((await manage('PUT', `${user.userId}/roles/auditor`)).body.roles).toEqual(['user', 'auditor']);
    expect((await manage('PUT', `${user.userId}/roles/auditor`)).status).toBe(200);
    expect(await readsOthers()).toBe(200);
    expect((await manage('DELETE', `${user.userId}/roles/auditor`)).body.roles).toEqual(['user']);
    expect((await manage('DELETE', `${user.userId}/roles/auditor`)).status).toBe(200);
    expect(await readsOthers()).toBe(403);
    const [revoke, grant] = await user.trail('&action=ROLE_*');
    expect([grant!.metadata, revoke!.action]).toEqual([{ role: 'auditor' }, 'ROLE_REVOKE']);
  });

  it('keeps both of two roles that are granted in parallel', async () => {
    for (let round = 0; round < 5; round++) {
      const user = await server.user();
      await Promise.all(['auditor', 'admin'].map((role) => manage('PUT', `${user.userId}/roles/${role}`)));
      const { body } = await manage('DELETE', `${user.userId}/roles/admin`);
      expect(body.roles).toEqual(['user', 'auditor']);
    }
  });

  it('never leaves the service without an active admin', async () => {
    const refusal = async (method: string, path: string) => {
      const { status, body } = await manage(method, path);
      return [status, body.code];
    };
    const second = await server.user();
    await manage('PUT', `${second.userId}/roles/admin`);
    await manage('POST', `${second.userId}/disable`);
    // The other admin is disabled, so this is the last one.
    expect(await refusal('DELETE', `${admin.userId}/roles/admin`)).toEqual([409, 'last_admin']);
    expect(await refusal('POST', `${admin.userId}/disable`)).toEqual([409, 'last_admin']);
    expect((await manage('DELETE', `${second.userId}/roles/admin`)).status).toBe(200);
    expect(await refusal('DELETE', `${admin.userId}/roles/admin`)).toEqual([409, 'last_admin']);
    const leaving = await admin.json('DELETE', '/api/users/me', { password: admin.password });
    expect([leaving.status, leaving.body.code]).toEqual([409, 'last_admin']);
    expect((await admin.json('GET', '/api/users/me')).status).toBe(200);
  });

  it('lets only one of two admins leave when both leave in parallel', async () => {
    const rivals = [admin, await server.userWithRole('admin')] as const;
    const answers = await Promise.all(
      rivals.map((rival) => rival.json('DELETE', '/api/users/me', { password: rival.password })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    admin = answers[0]!.status === 204 ? rivals[1] : rivals[0];
  });

  it('lets only one of two admins win when they remove each other in parallel', async () => {
    const rivals = [admin, await server.userWithRole('admin')] as const;
    const dismiss = (by: Client, whom: Client) =>
      by.json('DELETE', `/api/admin/users/${whom.userId}/roles/admin`).then(({ status }) => status);
    const statuses = await Promise.all([dismiss(...rivals), dismiss(rivals[1], rivals[0])]);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    [admin] = rivals;
    if (statuses[1] === 200) admin = rivals[1];
  });

  it.each([
    ['POST', '00000000-0000-7000-8000-000000000000/disable', 404],
    ['POST', 'nonsense/enable', 404],
    ['DELETE', '00000000-0000-7000-8000-000000000000/sessions', 404],
    ['PUT', '00000000-0000-7000-8000-000000000000/roles/auditor', 404],
    ['PUT', '00000000-0000-7000-8000-000000000000/roles/owner', 400],
    ['DELETE', '00000000-0000-7000-8000-000000000000/roles/user', 400],
  ])('%s %s answers %i', async (method, path, status) =>
    expect((await manage(method, path)).status).toBe(status),
  );

  it('is closed to users and auditors, records their denials, and gives admins neither files nor the trail', async () => {
    for (const client of [await server.user(), await server.userWithRole('auditor')]) {
      expect((await client.json('GET', '/api/admin/users')).status).toBe(403);
      expect((await client.trail(`&user_id=${client.userId}`))[0]).toMatchObject({ action: 'ACCESS_DENIED' });
    }
    const owner = await server.user();
    const { body: file } = await owner.upload('secret');
    expect((await admin.json('GET', `/api/files/${file.id}/metadata`)).status).toBe(404);
    expect((await admin.json('GET', `/api/audit/logs?user_id=${owner.userId}`)).status).toBe(403);
  });

  it('tells an admin what runs', async () => {
    const { status, body } = await admin.json<Record<string, unknown>>('GET', '/api/admin/service');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      version: '0.1.0',
      node: process.versions.node,
      database: process.env.TEST_DATABASE_URL === undefined ? 'sqlite' : 'postgres',
      database_version: expect.stringMatching(/^\d+(\.\d+)+$/),
      storage: process.env.TEST_STORAGE === 's3' ? 's3' : 'disk',
      mail: false,
      registration: 'open',
    });
    expect(Date.parse(body.started as string)).toBeLessThan(Date.now());
  });
});
