import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Housekeeping } from '../../../src/common/housekeeping.js';
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

  it('never judges more tries of a parallel burst than the limit, and says when to come back', async () => {
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

  it('does not let strangers lock the owner out of an address of theirs', async () => {
    const client = server.client();
    await client.register('owner@example.org', 'a long enough passphrase');
    expect((await signIn(client.email, client.password, '192.0.2.1')).status).toBe(200);
    for (let i = 0; i < 6; i++) await signIn(client.email, 'a wrong passphrase', '198.51.100.9');
    expect((await signIn(client.email, client.password, '198.51.100.9')).status).toBe(429);
    expect((await signIn(client.email, client.password, '192.0.2.1')).status).toBe(200);
    expect((await client.json('GET', '/api/users/me')).status).toBe(200);
  });

  it('counts unknown e-mails alike, and an address over all accounts', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 13; i++)
      statuses.push((await signIn(`nobody-${i}@example.org`, 'whatever', '203.0.113.50')).status);
    expect(statuses).toEqual([...Array<number>(12).fill(401), 429]);
    const same: number[] = [];
    for (let i = 0; i < 6; i++)
      same.push((await signIn('nobody@example.org', 'whatever', `203.0.113.${i}`)).status);
    expect(same).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('forgets the failures of an account once its owner has signed in', async () => {
    const client = await server.user('forgiven@example.org');
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 4; i++) await signIn(client.email, 'a wrong passphrase', '192.0.2.77');
      expect((await signIn(client.email, client.password, `192.0.2.${80 + round}`)).status).toBe(200);
    }
    await server.app.get(Housekeeping).runAll();
    expect(server.log.join('')).not.toContain('a chore failed');
  });
});
