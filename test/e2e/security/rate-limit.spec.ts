import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../../support/test-app.js';

describe('the general request limit', () => {
  let server: TestApp;
  beforeAll(async () => void (server = await startApp({ RATE_LIMIT_PER_MINUTE: '20' })));
  afterAll(() => server.close());

  it('counts each user separately, returns what is left, and refuses with 429 and Retry-After', async () => {
    const [client, other] = [await server.user(), await server.user()];
    const first = await client.json('GET', '/api/users/me');
    expect(first.headers.get('ratelimit-policy')).toBe('"default";q=20;w=60');
    expect(first.headers.get('ratelimit')).toMatch(/^"default";r=19;t=\d+$/);
    for (let i = 0; i < 19; i++) expect((await client.json('GET', '/api/users/me')).status).toBe(200);
    const refused = await client.json('GET', '/api/users/me');
    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await other.json('GET', '/api/users/me')).status).toBe(200);
  });

  it('counts requests without a valid token by address, and never counts probes', async () => {
    const nobody = server.client();
    nobody.token = 'forged';
    const statuses: number[] = [];
    for (let i = 0; i < 25; i++) statuses.push((await nobody.json('GET', '/api/users/me')).status);
    expect(statuses.at(-1)).toBe(429);
    for (let i = 0; i < 30; i++) expect((await nobody.fetch('/ready')).status).toBe(200);
  });

  it('security.md: anonymous: reads no body of an address without requests left, or of a caller without a right', async () => {
    const nobody = server.client();
    const statuses = new Set<number>();
    for (let i = 0; i < 25; i++)
      statuses.add((await nobody.json('POST', '/api/users/login', '{"broken"')).status);
    expect([...statuses].at(-1)).toBe(429);
    const broken = await nobody.json('PATCH', '/api/users/me', '{"broken"');
    expect([broken.status, broken.body.code]).toEqual([429, 'rate_limited']);
  });
});
