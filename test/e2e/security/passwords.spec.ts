import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { User } from '../../../src/users/user.entity.js';
import { startApp, type TestApp } from '../../support/test-app.js';

describe('security.md: passwords', () => {
  let server: TestApp;
  beforeAll(async () => void (server = await startApp({ BCRYPT_COST: '14' })));
  afterAll(() => server.close());

  let users = 0;
  const register = (password: unknown, email = `pw-${++users}@example.org`) =>
    server.client().json('POST', '/api/users/register', { email, password });

  it('stores bcrypt of cost 14', async () => {
    const client = await server.user();
    const user = await server.app.get(DataSource).getRepository(User).findOneByOrFail({ id: client.userId });
    expect(user.passwordHash).toMatch(/^\$2b\$14\$/);
  });

  it.each([
    ['7 characters', 'abcdefg'],
    ['73 bytes', 'x'.repeat(73)],
    ['74 bytes in 37 characters', 'ä'.repeat(37)],
    ['a NUL', 'good enough\0but not quite'],
    ['a lone surrogate', 'good enough \ud800 passphrase'],
    ['a common one', 'password1'],
    ['a common one in capitals', 'PassWord1'],
    ['no string', 12345678],
    ['an array', ['long enough phrase']],
  ])('refuses %s', async (_, password) => {
    const answer = await register(password);
    expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed']);
    expect(answer.body.errors).toContainEqual(expect.objectContaining({ field: 'password' }));
  });

  it('reports all faults of the body together', async () => {
    const answer = await register('short', 'no e-mail');
    expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed']);
    const fields = (answer.body.errors as { field: string }[]).map(({ field }) => field);
    expect(fields).toEqual(['email', 'password']);
    const client = await server.user();
    const change = await client.json('POST', '/api/users/me/password', { new_password: 'password1' });
    const told = new Set((change.body.errors as { field: string }[]).map(({ field }) => field));
    expect([change.status, told]).toEqual([400, new Set(['current_password', 'new_password'])]);
  });

  it('refuses the e-mail address as a password', async () => {
    expect((await register('Some.One@example.org', 'some.one@example.org')).status).toBe(400);
  });

  it('counts bytes after NFKC, keeps spaces, and accepts either form at sign-in', async () => {
    const client = server.client();
    await client.register('nfkc@example.org', '  ﬁne Ångström  ');
    expect((await client.signIn(client.email, '  fine A\u030angstro\u0308m  ')).status).toBe(200);
    expect((await client.signIn(client.email, 'fine Ångström')).status).toBe(401);
  });

  it('answers known and unknown e-mails in the same way, with one hash for both', async () => {
    const client = await server.user();
    const timed = async (email: string) => {
      const begun = performance.now();
      const { status, body, headers } = await client.signIn(email, 'a wrong passphrase');
      const ms = performance.now() - begun;
      return { ms, answer: { status, code: body.code, headers: [...headers.keys()] } };
    };
    const known = await timed(client.email);
    const unknown = await timed('nobody@example.org');
    expect(unknown.answer).toEqual(known.answer);
    expect(known.answer.status).toBe(401);
    // A hash of cost 14 takes most of a second. Without a hash, the answer takes milliseconds.
    expect(unknown.ms).toBeGreaterThan(known.ms / 3);
  });
});
