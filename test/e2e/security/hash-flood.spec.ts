import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HashBudget } from '../../../src/auth/passwords/hash-budget.js';
import { HASHES_AT_ONCE } from '../../../src/auth/passwords/hash-capacity.js';
import { PasswordHasher } from '../../../src/auth/passwords/password-hasher.js';
import { ResetLinks } from '../../../src/auth/recovery/reset-links.js';
import { byAnonymous } from '../../../src/events/event-actor.js';
import { startApp, type TestApp } from '../../support/test-app.js';

describe('security.md: hash flood', () => {
  let server: TestApp;
  beforeAll(
    async () =>
      void (server = await startApp({
        BCRYPT_COST: '13',
        TRUST_PROXY: '1',
        LOGIN_FAILURES_PER_ACCOUNT: '0',
        LOGIN_FAILURES_PER_ADDRESS: '0',
      })),
  );
  afterAll(() => server.close());

  const from = (ip: string, path: string, email: string, password = 'a long enough passphrase') =>
    server.client().json('POST', `/api/users/${path}`, { email, password }, { 'x-forwarded-for': ip });

  it('refuses the excess at once and serves other users meanwhile', async () => {
    const client = await server.user();
    const { body: file } = await client.upload('bytes');
    const begun = performance.now();
    const flood = Array.from({ length: 50 }, async () => {
      const answer = await server.client().signIn('nobody@example.org', 'some passphrase');
      return { answer, ms: performance.now() - begun };
    });
    const first = await Promise.race(flood);
    expect(first.answer.status).toBe(503);
    expect(Number(first.answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(first.answer.body.code).toBe('busy');
    expect((await client.download(file.id)).body.toString()).toBe('bytes');
    expect((await client.json('GET', '/api/users/me')).status).toBe(200);
    const answers = await Promise.all(flood);
    expect(new Set(answers.map(({ answer }) => answer.status))).toEqual(new Set([401, 503]));
    // The last refusal came before the accepted hashes were finished.
    const lastRefusal = Math.max(
      ...answers.filter(({ answer }) => answer.body.code === 'busy').map(({ ms }) => ms),
    );
    const lastAnswer = Math.max(...answers.map(({ ms }) => ms));
    expect(lastRefusal).toBeLessThan(lastAnswer / 2);
  });

  it('lets a right password from another address wait for at most two hashes, and never refuses it', async () => {
    const owner = await server.user('honest@example.org');
    const hasher = server.app.get(PasswordHasher);
    let done = 0;
    let flooding = true;
    const flood = Array.from({ length: 40 }, async (_, client) => {
      for (let turn = 0; flooding; turn++) {
        const answer = await from('203.0.113.66', 'register', `flood-${client}-${turn}@example.org`);
        if (answer.status === 201) done++;
        else await new Promise((resolve) => setTimeout(resolve, 200));
      }
    });
    while (hasher.depth < 4 * HASHES_AT_ONCE) await new Promise((resolve) => setTimeout(resolve, 5));
    const passed: number[] = [];
    for (let turn = 0; turn < 3; turn++) {
      const before = done;
      const answer = await from(`198.51.100.${turn}`, 'login', owner.email, owner.password);
      expect(answer.status).toBe(200);
      passed.push(done - before);
    }
    flooding = false;
    await Promise.all(flood);
    // One running task on each core, one task of the flood in its turn, and the tasks that ran beside its own
    // hash.
    expect(Math.max(...passed)).toBeLessThanOrEqual(3 * HASHES_AT_ONCE);
  });

  it('limits the hashes of one address, for registration, sign-in and reset together', async () => {
    const ip = '203.0.113.77';
    const budget = server.app.get(HashBudget);
    const by = byAnonymous({ requestId: 'r', ip, userAgent: null });
    const spend = () => budget.spend(by, () => Promise.resolve(true)).catch(() => false);
    while (await spend());
    const refused = await from(ip, 'register', 'too-many@example.org');
    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await from(ip, 'login', 'honest@example.org')).body.code).toBe('rate_limited');
    const link = await server.app.get(ResetLinks).make('honest@example.org');
    const reset = () =>
      server
        .client()
        .json<{ code: string }>(
          'POST',
          '/api/auth/password-reset/confirm',
          { token: link.split('token=')[1], password: 'another long passphrase' },
          { 'x-forwarded-for': ip },
        );
    expect((await reset()).body.code).toBe('rate_limited');
    expect((await from('203.0.113.78', 'register', 'too-many@example.org')).status).toBe(201);
    const auditor = await server.userWithRole('auditor');
    const records = await auditor.trail(`&action=RATE_LIMITED&ip=${ip}`);
    expect(records.map(({ metadata, user_id: about }) => [metadata.reason, about])).toEqual([
      ['passwords', null],
    ]);
  });
});
