import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource, MoreThan } from 'typeorm';
import { PasswordAttempts } from '../../../src/auth/passwords/password-attempts.js';
import { SignInAttempts } from '../../../src/auth/passwords/sign-in-attempts.js';
import { byAnonymous } from '../../../src/events/event-actor.js';
import { CountedAddresses } from '../../../src/auth/passwords/counted-addresses.js';
import { SignInAttempt } from '../../../src/auth/passwords/sign-in-attempt.entity.js';
import { Housekeeping } from '../../../src/common/lifecycle/housekeeping.js';
import type { Client } from '../../support/client.js';
import { startApp, type TestApp } from '../../support/test-app.js';

describe('security.md: guessing', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startApp({
      TRUST_PROXY: '1',
      LOGIN_FAILURES_PER_ACCOUNT: '5',
      LOGIN_FAILURES_PER_ADDRESS: '12',
    });
  });
  afterAll(() => server.close());

  const signIn = (email: string, password: string, ip: string) =>
    server.client().json('POST', '/api/users/login', { email, password }, { 'x-forwarded-for': ip });

  /** On a machine that does other things, too, the last ones wait for too long. */
  async function untilNotBusy<T extends { status: number }>(attempt: () => Promise<T>): Promise<T> {
    const answer = await attempt();
    return answer.status === 503 ? untilNotBusy(attempt) : answer;
  }

  it('never compares more parallel passwords than the limit, and sends Retry-After', async () => {
    const client = await server.user('burst@example.org');
    const burst = await Promise.all(
      Array.from({ length: 40 }, (_, i) => signIn(client.email, 'a wrong passphrase', `10.0.0.${i}`)),
    );
    expect(burst.filter(({ status }) => status === 401)).toHaveLength(5);
    const refused = burst.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(35);
    expect(refused[0]!.body.code).toBe('too_many_attempts');
    expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThan(60);
    expect(await client.trail('&action=LOGIN_FAILED')).toHaveLength(5);
    expect(await client.trail('&action=RATE_LIMITED')).toHaveLength(1);
  });

  it('lets in every right password of a parallel burst, more than may be wrong', async () => {
    const client = await server.user('parallel@example.org');
    const burst = await Promise.all(
      Array.from({ length: 30 }, () => untilNotBusy(() => signIn(client.email, client.password, '10.0.1.1'))),
    );
    expect(burst.map(({ status }) => status)).toEqual(Array<number>(30).fill(200));
    const counters = server.app.get(DataSource).getRepository(SignInAttempt);
    // Nothing is left of them.
    const key = `address:${server.app.get(CountedAddresses).of('10.0.1.1')}`;
    expect(await counters.findBy({ key, attempts: MoreThan(0) })).toEqual([]);
  });

  it('says busy when the outcome of others takes too long, and lets in when it is known', async () => {
    const client = await server.user('waiting@example.org');
    const attempts = server.app.get(PasswordAttempts);
    const request = { requestId: 'x', ip: '10.0.3.1', userAgent: null };
    const attempt = { by: byAnonymous(request), email: client.email, userId: client.userId, sessionId: null };
    const counted = await server.app.get(SignInAttempts).counted(attempt);
    const others = await Promise.all(Array.from({ length: 5 }, () => attempts.reserve(counted)));
    const refused = await signIn(client.email, client.password, '10.0.3.2');
    expect([refused.status, refused.body.code]).toEqual([503, 'busy']);
    const waiting = signIn(client.email, client.password, '10.0.3.2');
    await attempts.release(others[0]!);
    expect((await waiting).status).toBe(200);
    for (const other of others.slice(1)) await attempts.fail(other);
    expect((await signIn(client.email, client.password, '10.0.3.3')).status).toBe(200);
  });

  it('does not let others lock the owner out of a known address', async () => {
    const client = server.client();
    await client.register('owner@example.org', 'a long enough passphrase');
    expect((await signIn(client.email, client.password, '192.0.2.1')).status).toBe(200);
    for (let i = 0; i < 6; i++) await signIn(client.email, 'a wrong passphrase', '198.51.100.9');
    expect((await signIn(client.email, client.password, '198.51.100.9')).status).toBe(429);
    expect((await signIn(client.email, client.password, '192.0.2.1')).status).toBe(200);
    expect((await client.json('GET', '/api/users/me')).status).toBe(200);
  });

  it('knows the owner at every address of a known IPv6 network', async () => {
    const client = server.client();
    await client.register('roaming@example.org', 'a long enough passphrase');
    expect((await signIn(client.email, client.password, '2001:db8:1:2::7')).status).toBe(200);
    for (let i = 0; i < 6; i++) await signIn(client.email, 'a wrong passphrase', '198.51.100.19');
    expect((await signIn(client.email, client.password, '2001:DB8:1:3::7')).status).toBe(429);
    expect((await signIn(client.email, client.password, '2001:DB8:1:2:a:b:c:d')).status).toBe(200);
    const statuses: number[] = [];
    for (let i = 1; i <= 6; i++)
      statuses.push((await signIn(client.email, 'a wrong passphrase', `2001:db8:1:2::${i}`)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('counts unknown e-mails too, and an address over all accounts', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 13; i++)
      statuses.push((await signIn(`nobody-${i}@example.org`, 'whatever', '203.0.113.50')).status);
    expect(statuses).toEqual([...Array<number>(12).fill(401), 429]);
    const same: number[] = [];
    for (let i = 0; i < 6; i++)
      same.push((await signIn('nobody@example.org', 'whatever', `203.0.113.${i}`)).status);
    expect(same).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('counts nothing for an account, and writes nothing, after the address is refused', async () => {
    const client = await server.user('elsewhere@example.org');
    const ip = '203.0.113.99';
    for (let i = 0; i < 13; i++) await signIn(`nobody-${i}@example.net`, 'whatever', ip);
    const attempts = server.app.get(DataSource).getRepository(SignInAttempt);
    const before = await attempts.find({ order: { key: 'ASC' } });
    for (let i = 0; i < 8; i++) {
      const answer = await signIn(client.email, 'a wrong passphrase', ip);
      expect([answer.status, answer.body.code]).toEqual([429, 'too_many_attempts']);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(60);
    }
    expect(await attempts.find({ order: { key: 'ASC' } })).toEqual(before);
    expect((await signIn(client.email, client.password, '203.0.113.98')).status).toBe(200);
  });

  it('writes nothing for an account that is refused', async () => {
    const attempts = server.app.get(DataSource).getRepository(SignInAttempt);
    for (let i = 0; i < 6; i++) await signIn('locked@example.org', 'whatever', `192.0.2.${200 + i}`);
    const before = await attempts.find({ order: { key: 'ASC' } });
    for (let i = 0; i < 4; i++)
      expect((await signIn('locked@example.org', 'whatever', '192.0.2.210')).status).toBe(429);
    expect(await attempts.find({ order: { key: 'ASC' } })).toEqual(before);
  });

  describe.each([
    ['POST', '/api/users/me/password', 'PASSWORD_CHANGE'],
    ['DELETE', '/api/users/me', 'USER_DELETE'],
  ])('%s %s', (method, path, action) => {
    const confirm = (client: Client, password: string, ip: string) => {
      const body =
        method === 'DELETE'
          ? { password }
          : { current_password: password, new_password: 'another passphrase' };
      return client.json(method, path, body, { 'x-forwarded-for': ip });
    };
    const home = method === 'POST' ? '192.0.2.31' : '192.0.2.32';
    /** Signs in at an address, which is then known. */
    const signedIn = async (name: string, ip: string) => {
      const client = await server.user(`${name}-${method.toLowerCase()}@example.org`);
      const { body } = await signIn(client.email, client.password, ip);
      return Object.assign(client, { token: body.token as string });
    };

    it('counts wrong passwords as failed sign-ins, also in parallel', async () => {
      const client = await signedIn('confirming', home);
      const burst = await Promise.all(
        Array.from({ length: 20 }, () => confirm(client, 'a wrong passphrase', home)),
      );
      expect(burst.filter(({ status }) => status === 403)).toHaveLength(5);
      const refused = burst.filter(({ status }) => status === 429);
      expect([refused.length, refused[0]!.body.code]).toEqual([15, 'too_many_attempts']);
      expect((await confirm(client, client.password, home)).status).toBe(429);
      expect((await signIn(client.email, client.password, home)).status).toBe(429);
      expect(await client.trail(`&action=${action}`)).toHaveLength(5);
      // The counter of the session first, then that of the account at this address, by the sign-in.
      const records = await client.trail('&action=RATE_LIMITED');
      expect(records.map(({ actor, metadata }) => [actor.id, metadata.reason])).toEqual([
        [null, 'sign_in'],
        [client.userId, 'sign_in'],
      ]);
    });

    it('does not let a session guess more from another address', async () => {
      const client = await signedIn('hopping', '192.0.2.33');
      const statuses: number[] = [];
      for (let i = 0; i < 7; i++)
        statuses.push((await confirm(client, 'a wrong passphrase', `198.51.100.${100 + i}`)).status);
      expect(statuses).toEqual([403, 403, 403, 403, 403, 429, 429]);
    });

    it('stays open to the owner when others guess, from any address', async () => {
      const client = await signedIn('travelling', '192.0.2.33');
      for (let i = 0; i < 6; i++) await signIn(client.email, 'a wrong passphrase', `198.51.100.${10 + i}`);
      expect((await signIn(client.email, client.password, '198.51.100.8')).status).toBe(429);
      expect((await confirm(client, client.password, '198.51.100.8')).status).toBe(204);
    });
  });

  it('clears the failures of an account when its owner signs in', async () => {
    const client = await server.user('forgiven@example.org');
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 4; i++) await signIn(client.email, 'a wrong passphrase', '192.0.2.77');
      expect((await signIn(client.email, client.password, `192.0.2.${80 + round}`)).status).toBe(200);
    }
    await server.app.get(Housekeeping).runAll();
    expect(server.log.join('')).not.toContain('a chore failed');
  });
});
