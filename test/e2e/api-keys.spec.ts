import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { ApiKey } from '../../src/auth/keys/api-key.entity.js';
import { hashOfKey, isWellFormedKey, newKeySecret } from '../../src/auth/keys/key-secret.js';
import { WRITING } from '../../src/database/transactions.js';
import type { Client } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';

interface KeyBody {
  id: string;
  name: string;
  scopes: string[];
  expires: string | null;
  last_used: string | null;
  key: string;
}

describe('API keys', () => {
  let server: TestApp;
  let owner: Client;
  beforeAll(async () => {
    server = await startApp();
    owner = await server.user();
  });
  afterAll(() => server.close());

  const make = async (scopes: string[], more: object = {}) => {
    const { body } = await owner.json<KeyBody>('POST', '/api/auth/keys', { name: 'backup', scopes, ...more });
    const program = server.client();
    program.token = body.key;
    return { key: body, program };
  };

  it('are shown once, have a checksum, and are stored as a hash', async () => {
    const { key } = await make(['files:read']);
    expect(key.key).toMatch(/^mk_[0-9A-Za-z]{49}$/);
    expect(isWellFormedKey(key.key)).toBe(true);
    expect(isWellFormedKey(key.key.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a')))).toBe(false);
    const list = await owner.json<KeyBody[]>('GET', '/api/auth/keys');
    expect(list.body[0]).toMatchObject({ id: key.id, name: 'backup', scopes: ['files:read'], expires: null });
    expect(JSON.stringify(list.body)).not.toContain('mk_');
    const stored = await server.app.get(DataSource).getRepository(ApiKey).findOneByOrFail({ id: key.id });
    expect(stored.keyHash).toBe(hashOfKey(key.key));
  });

  it('allow only what their scopes name', async () => {
    const { key, program } = await make(['files:read']);
    const { body: file } = await owner.upload('for the program');
    expect((await program.download(file.id)).body.toString()).toBe('for the program');
    expect((await program.json('GET', '/api/files')).status).toBe(200);
    const refused = await program.upload('x');
    expect([refused.status, refused.body.code]).toEqual([403, 'insufficient_scope']);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope"');
    for (const [method, path] of [
      ['DELETE', `/api/files/${file.id}`],
      ['PATCH', `/api/files/${file.id}`],
      ['GET', '/api/users/me'],
      ['PATCH', '/api/users/me'],
      ['DELETE', '/api/users/me'],
      ['POST', '/api/users/me/password'],
      ['GET', '/api/audit/logs'],
      ['POST', '/api/auth/keys'],
      ['GET', '/api/auth/keys'],
      ['DELETE', `/api/auth/keys/${key.id}`],
      ['GET', '/api/auth/sessions'],
      ['DELETE', '/api/auth/sessions'],
      ['POST', '/api/auth/logout'],
    ] as const) {
      expect([method, path, (await program.json(method, path)).status]).toEqual([method, path, 403]);
    }
    const denials = await owner.trail('&action=ACCESS_DENIED');
    expect(denials).toHaveLength(14);
    expect(denials[0]).toMatchObject({ metadata: { reason: 'insufficient_scope', by_key: key.id } });
    expect((await owner.trail('&action=FILE_DOWNLOAD'))[0]!.metadata.by_key).toBe(key.id);
  });

  it('can read the profile and the trail with the scopes for it', async () => {
    const { program } = await make(['profile:read', 'audit:read', 'files:write']);
    expect((await program.json('GET', '/api/users/me')).status).toBe(200);
    expect((await program.json('GET', '/api/audit/logs')).status).toBe(200);
    expect((await program.upload('written')).status).toBe(201);
  });

  it('stop working when revoked, expired, or when their user is deleted', async () => {
    const { key, program } = await make(['files:read'], { expires_in_days: 1 });
    expect((await program.json('GET', '/api/files')).status).toBe(200);
    expect((await owner.json<KeyBody[]>('GET', '/api/auth/keys')).body[0]!.last_used).not.toBeNull();
    expect((await owner.json('DELETE', `/api/auth/keys/${key.id}`)).status).toBe(204);
    expect((await program.json('GET', '/api/files')).status).toBe(401);
    expect((await owner.json('DELETE', `/api/auth/keys/${key.id}`)).status).toBe(404);

    const expiring = await make(['files:read'], { expires_in_days: 1 });
    const keys = server.app.get<DataSource>(WRITING).getRepository(ApiKey);
    await keys.update(expiring.key.id, { expiresAt: '2020-01-01T00:00:00.000Z' });
    expect((await expiring.program.json('GET', '/api/files')).status).toBe(401);
    expect((await owner.trail('&action=KEY_*')).map(({ action }) => action)).toContain('KEY_REVOKE');
  });

  it('stop working exactly at their expiry, and at once when their user is deleted', async () => {
    const user = await server.user();
    const { body } = await user.json<KeyBody>('POST', '/api/auth/keys', {
      name: 'short',
      scopes: ['files:read'],
    });
    const program = Object.assign(server.client(), { token: body.key });
    const keys = server.app.get<DataSource>(WRITING).getRepository(ApiKey);
    const expiresAt = Date.now() + 2000;
    await keys.update(body.id, { expiresAt: new Date(expiresAt).toISOString() });
    expect((await program.json('GET', '/api/files')).status).toBe(200);
    await delay(Math.max(0, expiresAt - Date.now()) + 5);
    expect((await program.json('GET', '/api/files')).status).toBe(401);

    const lasting = await user.json<KeyBody>('POST', '/api/auth/keys', { name: 'x', scopes: ['files:read'] });
    program.token = lasting.body.key;
    expect((await program.json('GET', '/api/files')).status).toBe(200);
    expect((await user.json('DELETE', '/api/users/me', { password: user.password })).status).toBe(204);
    expect((await program.json('GET', '/api/files')).status).toBe(401);
  });

  it('are limited to 100 for a user, even in parallel, and listed in pages', async () => {
    const user = await server.user();
    const create = () =>
      user.json<KeyBody & { code?: string }>('POST', '/api/auth/keys', { name: 'k', scopes: ['files:read'] });
    const made: Awaited<ReturnType<typeof create>>[] = [];
    for (let round = 0; round < 3; round++)
      made.push(...(await Promise.all(Array.from({ length: 50 }, create))));
    expect(made.filter(({ status }) => status === 201)).toHaveLength(100);
    const refused = made.filter(({ status }) => status === 409);
    expect([refused.length, refused[0]!.body.code]).toEqual([50, 'too_many_keys']);
    const pages = await user.pages<KeyBody>('/api/auth/keys?limit=60');
    expect(pages.map(({ length }) => length)).toEqual([60, 40]);
    const ids = pages.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(100);
    expect(ids).toEqual([...ids].sort().reverse());
    expect((await user.json('GET', '/api/auth/keys?cursor=bm8')).body.code).toBe('invalid_cursor');

    expect((await user.json('DELETE', `/api/auth/keys/${ids[0]}`)).status).toBe(204);
    expect([(await create()).status, (await create()).status]).toEqual([201, 409]);
    const rows = server.app.get(DataSource).getRepository(ApiKey);
    expect(await rows.countBy({ userId: user.userId })).toBe(100);
  });

  it('refuse invalid input, and answer another user’s id like an unknown one', async () => {
    const program = server.client();
    for (const token of ['mk_', 'mk_x', newKeySecret(), `${newKeySecret()}x`, `mk_${'0'.repeat(49)}`]) {
      program.token = token;
      expect((await program.json('GET', '/api/files')).status).toBe(401);
    }
    const { key } = await make(['files:read']);
    const stranger = await server.user();
    for (const id of [key.id, crypto.randomUUID(), 'none']) {
      expect((await stranger.json('DELETE', `/api/auth/keys/${id}`)).body.code).toBe('key_not_found');
    }
    for (const body of [
      { name: '', scopes: ['files:read'] },
      { name: 'x', scopes: [] },
      { name: 'x', scopes: ['admin'] },
      { name: 'x', scopes: 'files:read' },
      { name: 'x', scopes: ['files:read'], expires_in_days: 0 },
      { name: 'x', scopes: ['files:read'], expires_in_days: null },
    ]) {
      expect((await owner.json('POST', '/api/auth/keys', body)).status).toBe(400);
    }
  });
});
