import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getDataSourceToken } from '@nestjs/typeorm';
import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { Invitation } from '../../src/auth/invitations/invitation.entity.js';
import { newId } from '../../src/common/ids.js';
import { Housekeeping } from '../../src/common/lifecycle/housekeeping.js';
import { insertRows } from '../../src/database/insert-rows.js';
import { Transactions, WRITING } from '../../src/database/transactions.js';
import type { Answer, Client } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';

interface InvitationBody {
  readonly id: string;
  readonly url: string;
  readonly token: string;
  readonly expires: string;
  readonly email: string | null;
  readonly role: string;
  readonly code?: string;
}

interface RegistrationBody {
  readonly user: { readonly id: string; readonly roles: string[]; readonly email_verified: boolean };
  readonly token: string;
  readonly code?: string;
}

const SEVEN_DAYS_MS = 7 * 86_400_000;
const PASSWORD = 'a long enough passphrase';

describe('invitations', () => {
  let server: TestApp;
  let admin: Client;
  let count = 0;
  beforeAll(async () => {
    server = await startApp({ PUBLIC_URL: 'https://files.example.org' });
    admin = await server.userWithRole('admin');
  });
  afterAll(() => server.close());

  const newEmail = () => `guest-${++count}@example.org`;
  const invite = (input: object = {}, by = admin) =>
    by.json<InvitationBody>('POST', '/api/admin/invitations', input);
  const revoke = (id: string) => admin.json('DELETE', `/api/admin/invitations/${id}`);
  const register = (invitation: string, email = newEmail()): Promise<Answer<RegistrationBody>> =>
    server.client().json('POST', '/api/users/register', { email, password: PASSWORD, invitation });
  const refusalOf = async (answer: Promise<Answer<{ code?: string }>>) => {
    const { status, body } = await answer;
    return [status, body.code];
  };
  const listed = async () => (await admin.pages<InvitationBody>('/api/admin/invitations?limit=200')).flat();
  const stored = () => server.app.get<DataSource>(getDataSourceToken()).getRepository(Invitation);
  /** Lets an invitation be over. */
  const outdate = (id: string) =>
    server.app
      .get<DataSource>(WRITING)
      .getRepository(Invitation)
      .update({ id }, { expiresAt: new Date().toISOString() });

  it('shows token and address once, and stores a hash', async () => {
    const before = Date.now();
    const { status, body } = await invite({ email: ' Guest@Example.org ', role: 'auditor' });
    const { token, url, ...rest } = body;
    expect(status).toBe(201);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(url).toBe(`https://files.example.org/register#token=${token}`);
    expect(rest).toMatchObject({ email: 'Guest@Example.org', role: 'auditor', created_by: admin.userId });
    const life = Date.parse(rest.expires) - before;
    expect(life).toBeGreaterThanOrEqual(SEVEN_DAYS_MS);
    expect(life).toBeLessThan(SEVEN_DAYS_MS + 60_000);
    expect((await listed())[0]).toEqual(rest);
    const row = await stored().findOneByOrFail({ id: rest.id });
    expect(row.tokenHash).toBe(createHash('sha256').update(token).digest('hex'));
    expect(JSON.stringify(row) + server.log.join('')).not.toContain(token);
  });

  it.each([
    [undefined, ['user']],
    ['user', ['user']],
    ['auditor', ['user', 'auditor']],
    ['admin', ['user', 'admin']],
  ])('makes an account with the role %s, once', async (role, roles) => {
    const { token, id } = (await invite({ role })).body;
    const { status, body } = await register(token);
    expect([status, body.user.roles]).toEqual([201, roles]);
    expect(await refusalOf(register(token))).toEqual([400, 'invalid_token']);
    expect((await listed()).some((open) => open.id === id)).toBe(false);
    const guest = server.client();
    guest.token = body.token;
    const all = await guest.fetch('/api/admin/users');
    expect(all.status).toBe(role === 'admin' ? 200 : 403);
  });

  it('is good for its e-mail only, in any case, and does not verify it', async () => {
    const { token } = (await invite({ email: 'Ada@Example.org' })).body;
    expect(await refusalOf(register(token, 'eve@example.org'))).toEqual([400, 'invalid_token']);
    const { status, body } = await register(token, ' aDA@exAmple.ORG ');
    expect([status, body.user.email_verified]).toEqual([201, false]);
  });

  it('lets one of many parallel uses win', async () => {
    const { token } = (await invite({ role: 'admin' })).body;
    const answers = await Promise.all(Array.from({ length: 6 }, () => register(token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 400, 400, 400, 400, 400]);
    expect(new Set(answers.map(({ body }) => body.code))).toEqual(new Set([undefined, 'invalid_token']));
  });

  it('stays good when the registration fails', async () => {
    const { token } = (await invite()).body;
    expect(await refusalOf(register(token, admin.email))).toEqual([409, 'email_taken']);
    expect((await register(token)).status).toBe(201);
  });

  it('opens nothing after its time, and is then removed', async () => {
    const { token, id } = (await invite()).body;
    await outdate(id);
    expect(await refusalOf(register(token))).toEqual([400, 'invalid_token']);
    expect((await listed()).some((open) => open.id === id)).toBe(false);
    expect(await refusalOf(revoke(id))).toEqual([404, 'invitation_not_found']);
    expect(await stored().countBy({ id })).toBe(1);
    const { id: good } = (await invite()).body;
    await server.app.get(Housekeeping).runAll();
    expect(await stored().countBy({ id })).toBe(0);
    expect(await stored().countBy({ id: good })).toBe(1);
  });

  it('opens nothing once any admin has revoked it', async () => {
    const { token, id } = (await invite({}, await server.userWithRole('admin'))).body;
    expect((await revoke(id.toUpperCase())).status).toBe(204);
    expect(await refusalOf(register(token))).toEqual([400, 'invalid_token']);
    for (const gone of [id, 'nonsense', newId()])
      expect(await refusalOf(revoke(gone))).toEqual([404, 'invitation_not_found']);
  });

  it('ends when its maker stops being an admin, is disabled or leaves', async () => {
    const ends: ((maker: Client) => Promise<Answer>)[] = [
      ({ userId }) => admin.json('DELETE', `/api/admin/users/${userId}/roles/admin`),
      ({ userId }) => admin.json('POST', `/api/admin/users/${userId}/disable`),
      (maker) => maker.json('DELETE', '/api/users/me', { password: maker.password }),
    ];
    for (const end of ends) {
      const maker = await server.userWithRole('admin');
      const { token } = (await invite({ role: 'admin' }, maker)).body;
      expect((await end(maker)).status).toBeLessThan(300);
      expect(await refusalOf(register(token))).toEqual([400, 'invalid_token']);
    }
  });

  it('stays good when its maker stops being an auditor', async () => {
    const maker = await server.userWithRole('admin');
    await admin.json('PUT', `/api/admin/users/${maker.userId}/roles/auditor`);
    const { token } = (await invite({}, maker)).body;
    await admin.json('DELETE', `/api/admin/users/${maker.userId}/roles/auditor`);
    expect((await register(token)).status).toBe(201);
  });

  it('is recorded with its maker, and by its id with the account that it made', async () => {
    const maker = await server.userWithRole('admin');
    const email = newEmail();
    const { id, token, expires } = (await invite({ email, role: 'auditor' }, maker)).body;
    const { id: other } = (await invite({}, maker)).body;
    await maker.json('DELETE', `/api/admin/invitations/${other}`);
    const made = await maker.trail('&action=INVITATION_*');
    const hash = { email_hash: expect.stringMatching(/^[0-9a-f]{64}$/) };
    expect(made.map(({ action, resource, metadata }) => [action, resource, metadata])).toEqual([
      ['INVITATION_REVOKE', other, {}],
      ['INVITATION_CREATE', other, { expires: expect.any(String), role: 'user' }],
      ['INVITATION_CREATE', id, { ...hash, expires, role: 'auditor' }],
    ]);
    expect(made[0]!.resource_type).toBe('invitation');
    expect(JSON.stringify(made)).not.toContain(email);
    expect(await maker.trail(`&resource=${id}`)).toHaveLength(1);
    const guest = server.client();
    const { body: registered } = await register(token, email);
    guest.token = registered.token;
    const own = await guest.trail(`&user_id=${registered.user.id}&action=USER_REGISTER&action=ROLE_GRANT`);
    expect(own.map(({ action, metadata }) => [action, metadata])).toEqual([
      ['ROLE_GRANT', { invitation_id: id, role: 'auditor' }],
      ['USER_REGISTER', { email, invitation_id: id }],
    ]);
    expect(JSON.stringify(own) + JSON.stringify(made) + server.log.join('')).not.toContain(token);
  });

  it.each([
    { email: 'no address' },
    { email: null },
    { role: 'owner' },
    { role: null },
    { role: ['admin'] },
    { expires_in: 5 },
  ])('refuses %j', async (input) =>
    expect(await refusalOf(invite(input))).toEqual([400, 'validation_failed']),
  );

  it.each(['', 'x', 'A'.repeat(43), '%00', '\u0000', '🔑', '\ud800'])(
    'refuses the invented token %j',
    async (token) => expect(await refusalOf(register(token))).toEqual([400, 'invalid_token']),
  );

  it.each([null, 5, {}, ['x'], 'x'.repeat(101)])('refuses %j for a token', async (token) =>
    expect(await refusalOf(register(token as string))).toEqual([400, 'validation_failed']),
  );

  it('keeps invitations from everybody who is no admin', async () => {
    const { id } = (await invite()).body;
    for (const client of [await server.user(), await server.userWithRole('auditor')]) {
      expect(await refusalOf(invite({}, client))).toEqual([403, 'forbidden']);
      expect((await client.json('GET', '/api/admin/invitations')).status).toBe(403);
      expect((await client.json('DELETE', `/api/admin/invitations/${id}`)).status).toBe(403);
    }
    expect((await listed()).some((open) => open.id === id)).toBe(true);
  });

  it('are at most 1000, exactly under parallel requests, and listed in pages', async () => {
    const columns = ['id', 'token_hash', 'created_by', 'email', 'role', 'created_at', 'expires_at'];
    const at = new Date(Date.now() + SEVEN_DAYS_MS).toISOString();
    const missing = 998 - (await listed()).length;
    const rows = Array.from({ length: missing }, () => {
      const id = newId();
      return [id, id, admin.userId, null, 'user', at, at];
    });
    for (let from = 0; from < rows.length; from += 200) {
      const batch = rows.slice(from, from + 200);
      await server.app.get(Transactions).run((tx) => insertRows(tx, 'invitations', columns, batch));
    }
    const others = await Promise.all(Array.from({ length: 3 }, () => server.userWithRole('admin')));
    const answers = await Promise.all([...others, ...others].map((by) => invite({}, by)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409, 409, 409]);
    expect(answers.find(({ status }) => status === 409)!.body.code).toBe('too_many_invitations');
    const all = await listed();
    expect(all).toHaveLength(1000);
    expect(new Set(all.map(({ id }) => id)).size).toBe(1000);
    await outdate(all[0]!.id);
    expect((await invite()).status).toBe(201);
    await revoke(all[1]!.id);
    expect((await invite()).status).toBe(201);
    expect(await refusalOf(invite())).toEqual([409, 'too_many_invitations']);
  });
});
