import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import bcrypt from 'bcrypt';
import type { DataSource } from 'typeorm';
import { setTimeout as delay } from 'node:timers/promises';
import { WRITING } from '../../src/database/transactions.js';
import { User } from '../../src/users/user.entity.js';
import { startApp, type TestApp } from '../support/test-app.js';

describe('users and sign-in', () => {
  let server: TestApp;
  beforeAll(async () => void (server = await startApp()));
  afterAll(() => server.close());

  it('registers and returns the user with a working token', async () => {
    const client = server.client();
    const { status, body } = await client.json<Record<string, never>>('POST', '/api/users/register', {
      email: '  Ada@Example.org ',
      password: 'correct horse battery',
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      token_type: 'Bearer',
      expires_in: 86400,
      user: { email: 'Ada@Example.org' },
    });
    client.token = body['token']!;
    const me = await client.json('GET', '/api/users/me');
    expect(me.status).toBe(200);
    expect(me.body).toMatchObject({ email: 'Ada@Example.org', name: null, roles: ['user'] });
    expect(me.body.created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('compares e-mails without regard to case and space', async () => {
    const client = await server.user('Case@Example.org');
    const again = await server
      .client()
      .json('POST', '/api/users/register', { email: 'cASE@example.ORG', password: 'another passphrase' });
    expect(again.status).toBe(409);
    expect(again.body.code).toBe('email_taken');
    expect((await client.signIn(' case@EXAMPLE.org ')).status).toBe(200);
  });

  it('changes and clears the name', async () => {
    const client = await server.user();
    expect((await client.json('PATCH', '/api/users/me', { name: 'Ada' })).body.name).toBe('Ada');
    expect((await client.json('GET', '/api/users/me')).body.name).toBe('Ada');
    expect((await client.json('PATCH', '/api/users/me', {})).body.name).toBe('Ada');
    expect((await client.json('PATCH', '/api/users/me', { name: null })).body.name).toBeNull();
    expect((await client.trail('&action=PROFILE_UPDATE')).map(({ metadata }) => metadata)).toEqual([
      { fields: ['name'] },
      { fields: ['name'] },
    ]);
  });

  it('changes the password, keeps this session and ends the others at once', async () => {
    const client = await server.user();
    const other = server.client();
    other.token = (await client.signIn()).body.token;
    expect((await other.json('GET', '/api/users/me')).status).toBe(200);
    const changed = await client.json('POST', '/api/users/me/password', {
      current_password: client.password,
      new_password: 'quite another passphrase',
    });
    expect(changed.status).toBe(204);
    expect((await other.json('GET', '/api/users/me')).status).toBe(401);
    expect((await client.json('GET', '/api/users/me')).status).toBe(200);
    expect((await client.signIn()).status).toBe(401);
    expect((await client.signIn(client.email, 'quite another passphrase')).status).toBe(200);
    expect((await client.trail('&action=PASSWORD_CHANGE'))[0]).toMatchObject({
      outcome: 'success',
      metadata: { sessions_ended: 1 },
    });
  });

  it('refuses to change the password without the current one, and records it', async () => {
    const client = await server.user();
    const refused = await client.json('POST', '/api/users/me/password', {
      current_password: 'not the passphrase',
      new_password: 'quite another passphrase',
    });
    expect([refused.status, refused.body.code]).toEqual([403, 'wrong_password']);
    const weak = await client.json('POST', '/api/users/me/password', {
      current_password: client.password,
      new_password: 'short',
    });
    expect([weak.status, weak.body.code]).toEqual([400, 'validation_failed']);
    expect((await client.trail('&action=PASSWORD_CHANGE'))[0]).toMatchObject({ outcome: 'denied' });
  });

  it('deletes the account with its files, and erases its personal values in the trail', async () => {
    const client = await server.user('leaving@example.org');
    await client.upload('farewell', { name: 'secret-name.txt' });
    const refused = await client.json('DELETE', '/api/users/me', { password: 'not the passphrase' });
    expect(refused.status).toBe(403);
    const before = await server.stored();
    expect((await client.json('DELETE', '/api/users/me', { password: client.password })).status).toBe(204);
    expect((await client.json('GET', '/api/users/me')).status).toBe(401);
    expect((await client.signIn()).status).toBe(401);
    expect(await server.stored()).toHaveLength(before.length - 1);
    // The e-mail can be used again.
    await server.user('leaving@example.org');
  });

  it('deletes the account during its uploads, and leaves none of them', async () => {
    for (let round = 0; round < 3; round++) {
      const before = await server.stored();
      const client = await server.user();
      let gone = false;
      const uploads = Array.from({ length: 8 }, async () => {
        while (!gone) {
          const { status } = await client.upload('the last files');
          expect([201, 401]).toContain(status);
          gone ||= status === 401;
        }
      });
      await delay(50);
      const { status } = await client.json('DELETE', '/api/users/me', { password: client.password });
      expect(status).toBe(204);
      await Promise.all(uploads);
      expect(await server.stored()).toEqual(before);
    }
  });

  it('replaces a hash of another cost at the next sign-in', async () => {
    const client = await server.user('rehash@example.org');
    const users = server.app.get<DataSource>(WRITING).getRepository(User);
    const kept = { id: client.userId };
    await users.update(kept, { passwordHash: await bcrypt.hash(client.password, 11) });
    expect((await client.signIn()).status).toBe(200);
    const { passwordHash } = await users.findOneByOrFail(kept);
    expect(passwordHash).toMatch(/^\$2b\$10\$/);
    expect((await client.signIn()).status).toBe(200);
    expect((await users.findOneByOrFail(kept)).passwordHash).toBe(passwordHash);
  });
});
