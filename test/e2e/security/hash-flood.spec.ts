import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../../support/test-app.js';

describe('security.md: hash flood', () => {
  let server: TestApp;
  beforeAll(
    async () =>
      void (server = await startApp({
        BCRYPT_COST: '13',
        LOGIN_FAILURES_PER_ACCOUNT: '0',
        LOGIN_FAILURES_PER_ADDRESS: '0',
      })),
  );
  afterAll(() => server.close());

  it('refuses the excess at once and serves everybody else meanwhile', async () => {
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
    // Refused before the hashes that were let in were done.
    const lastRefusal = Math.max(
      ...answers.filter(({ answer }) => answer.status === 503).map(({ ms }) => ms),
    );
    const lastAnswer = Math.max(...answers.map(({ ms }) => ms));
    expect(lastRefusal).toBeLessThan(lastAnswer / 2);
  });
});
