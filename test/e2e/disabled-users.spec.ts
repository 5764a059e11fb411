import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { UserAdmin } from '../../src/auth/admin/user-admin.js';
import { PasswordHasher } from '../../src/auth/passwords/password-hasher.js';
import { Passwords } from '../../src/auth/passwords/passwords.js';
import { WRITING } from '../../src/database/transactions.js';
import { bySystem } from '../../src/events/event-actor.js';
import { User } from '../../src/users/user.entity.js';
import { startApp, type TestApp } from '../support/test-app.js';

let server: TestApp;
beforeAll(async () => void (server = await startApp()));
afterAll(() => server.close());

it('refuses sign-in, sessions and keys of a disabled user', async () => {
  const client = await server.user();
  const auditor = await server.userWithRole('auditor');
  const session = server.client();
  session.token = (await client.signIn()).body.token;
  const program = server.client();
  const made = await client.json<{ key: string }>('POST', '/api/auth/keys', {
    name: 'x',
    scopes: ['files:read'],
  });
  program.token = made.body.key;
  // The user is cached too. The session cache must not depend on that.
  expect((await client.json('GET', '/api/users/me')).status).toBe(200);
  await server.app
    .get<DataSource>(WRITING)
    .getRepository(User)
    .update(client.userId, { disabledAt: '2026-01-01' });
  const refused = await client.signIn();
  expect([refused.status, refused.body.code]).toEqual([403, 'account_disabled']);
  expect((await client.signIn(client.email, 'a wrong passphrase')).status).toBe(401);
  const entries = await auditor.trail(`&user_id=${client.userId}&action=LOGIN_FAILED`);
  expect(entries.map(({ outcome, metadata }) => [outcome, metadata.reason])).toEqual([
    ['failure', 'wrong_password'],
    ['denied', 'account_disabled'],
  ]);
  expect((await session.json('GET', '/api/users/me')).status).toBe(401);
  expect((await program.json('GET', '/api/files')).status).toBe(401);
});

it('refuses a user who is disabled while the password is verified, and records it', async () => {
  const client = await server.user();
  const auditor = await server.userWithRole('auditor');
  const passwords = server.app.get(Passwords);
  const verify = passwords.verify.bind(passwords);
  passwords.verify = async (...parameters) => {
    const right = await verify(...parameters);
    await server.app.get(UserAdmin).disable(bySystem, client.userId);
    return right;
  };
  try {
    expect((await client.signIn()).status).toBe(401);
  } finally {
    passwords.verify = verify;
  }
  expect(await auditor.trail(`&user_id=${client.userId}&action=LOGIN_FAILED`)).toHaveLength(1);
});

it('never hashes a password that the policy refuses', async () => {
  await expect(server.app.get(PasswordHasher).hash('x'.repeat(73), 'somebody')).rejects.toThrow('policy');
});
