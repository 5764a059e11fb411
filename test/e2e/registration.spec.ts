import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PasswordHasher } from '../../src/auth/passwords/password-hasher.js';
import { Transactions } from '../../src/database/transactions.js';
import { bySystem } from '../../src/events/event-actor.js';
import { NewAccounts } from '../../src/users/new-accounts.js';
import type { Client } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';

const PASSWORD = 'a long enough passphrase';
/** More hashes than an address has at once at this cost, on four cores or more. */
const FLOOD = 300;
const COST = '14';

/** An admin, made as by the operator's command: nobody can register without an invitation. */
async function adminOf(server: TestApp): Promise<Client> {
  const email = 'admin@example.org';
  const passwordHash = await server.app.get(PasswordHasher).hash(PASSWORD, 'operator');
  const account = { email, passwordHash, role: 'admin' } as const;
  await server.app
    .get(Transactions)
    .run((tx) => server.app.get(NewAccounts).add(tx, account, () => bySystem));
  const client = server.client();
  client.token = (await client.signIn(email, PASSWORD)).body.token;
  return client;
}

async function invite(admin: Client, input: object = {}): Promise<string> {
  const { status, body } = await admin.json<{ token: string }>('POST', '/api/admin/invitations', input);
  expect(status).toBe(201);
  return body.token;
}

/** Registers. The outcome is the status, with the code of a refusal. */
async function register(
  server: TestApp,
  email: string,
  invitation?: string,
  password = PASSWORD,
): Promise<string> {
  const input = { email, password, invitation };
  const { status, body } = await server
    .client()
    .json<{ code?: string }>('POST', '/api/users/register', input);
  return body.code === undefined ? String(status) : `${status} ${body.code}`;
}

describe('registration by invitation', () => {
  let server: TestApp;
  let admin: Client;
  beforeAll(async () => {
    server = await startApp({ REGISTRATION: 'invite', BCRYPT_COST: COST });
    admin = await adminOf(server);
  });
  afterAll(() => server.close());

  it('is closed to whoever has no invitation, known or not', async () => {
    for (const email of ['guest@example.org', 'admin@example.org'])
      expect(await register(server, email)).toBe('403 registration_closed');
  });

  it('takes an invitation for this e-mail, once', async () => {
    const token = await invite(admin, { email: 'guest@example.org' });
    expect(await register(server, 'eve@example.org', token)).toBe('400 invalid_token');
    expect(await register(server, 'Guest@example.org', token)).toBe('201');
    expect(await register(server, 'guest2@example.org', token)).toBe('400 invalid_token');
  });

  it('still refuses a weak password, and the invitation stays good', async () => {
    const token = await invite(admin);
    expect(await register(server, 'weak@example.org', token, 'password123')).toBe('400 validation_failed');
    expect(await register(server, 'weak@example.org', token)).toBe('201');
  });

  it('makes no hash for wrong invitations: a flood leaves the budget of its address whole', async () => {
    const token = await invite(admin);
    const wrong = Array.from({ length: FLOOD }, (_, index) =>
      register(server, `flood-${index}@example.org`, index % 3 === 0 ? undefined : `wrong-${index}`),
    );
    expect(new Set(await Promise.all(wrong))).toEqual(
      new Set(['403 registration_closed', '400 invalid_token']),
    );
    expect(server.app.get(PasswordHasher).depth).toBe(0);
    expect(await register(server, 'patient@example.org', token)).toBe('201');
  });
});

describe('closed registration', () => {
  let server: TestApp;
  beforeAll(async () => void (server = await startApp({ REGISTRATION: 'closed', BCRYPT_COST: COST })));
  afterAll(() => server.close());

  it('is closed with and without an invitation, and makes no hash', async () => {
    const token = await invite(await adminOf(server));
    const tries = Array.from({ length: FLOOD }, (_, index) =>
      register(server, `guest-${index}@example.org`, [token, 'wrong', undefined][index % 3]),
    );
    expect(new Set(await Promise.all(tries))).toEqual(new Set(['403 registration_closed']));
    expect(server.app.get(PasswordHasher).depth).toBe(0);
  });

  it('lets those sign in who have an account', async () => {
    const { status } = await server.client().signIn('admin@example.org', PASSWORD);
    expect(status).toBe(200);
  });
});
