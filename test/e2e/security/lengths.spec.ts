import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../../support/client.js';
import { startApp, type TestApp } from '../../support/test-app.js';

/**
 * Characters that become several when they are composed (NFC), normalized for compatibility (NFKC) or
 * lower-cased, and pairs that some functions count as one.
 */
const GROWING = ['İ', '\ufb2c', '\ufdfa', '\u{1d160}', 'a\ufe0f', '👩', 'e\u0301', 'x'];

describe('security.md: input, lengths count the stored form', () => {
  let server: TestApp;
  let client: Client;
  beforeAll(async () => {
    server = await startApp({ LOGIN_FAILURES_PER_ACCOUNT: '0', LOGIN_FAILURES_PER_ADDRESS: '0' });
    client = await server.user();
  });
  afterAll(() => server.close());

  it.each(GROWING)(
    'accepts or refuses names of any number of %j, and returns what it accepted',
    async (character) => {
      for (const count of [1, 34, 67, 85, 127, 200, 255]) {
        const text = character.repeat(count);
        const renamed = await client.json('PATCH', '/api/users/me', { name: text });
        expect([200, 400]).toContain(renamed.status);
        if (renamed.status === 200)
          expect((await client.json('GET', '/api/users/me')).body.name).toBe(text.normalize('NFC'));
        const key = await client.json<{ id: string; name: string }>('POST', '/api/auth/keys', {
          name: text,
          scopes: ['files:read'],
        });
        expect([201, 400]).toContain(key.status);
        if (key.status === 201) expect(key.body.name).toBe(text.normalize('NFC'));
        if (key.status === 201) await client.json('DELETE', `/api/auth/keys/${key.body.id}`);
        const file = await client.upload('x', { name: text });
        expect([201, 400]).toContain(file.status);
        if (file.status === 201) {
          const search = encodeURIComponent(text);
          const found = await client.json<{ id: string }[]>('GET', `/api/files?name=${search}&limit=1`);
          expect([found.status, found.body]).toMatchObject([200, [{ id: file.body.id }]]);
        }
      }
    },
  );

  it.each(GROWING)(
    'accepts or refuses e-mails of any number of %j, and signs in the accepted ones',
    async (character) => {
      for (const count of [16, 60]) {
        for (const email of [
          `${character.repeat(count)}@example.org`,
          `a@${`${character.repeat(count)}.`.repeat(4)}example.org`,
        ]) {
          const registered = await server.client().json('POST', '/api/users/register', {
            email,
            password: 'a long enough passphrase',
          });
          expect([email, [201, 400, 409].includes(registered.status)]).toEqual([email, true]);
          const signedIn = await server.client().signIn(email, 'a long enough passphrase');
          expect([email, [200, 400, 401].includes(signedIn.status)]).toEqual([email, true]);
          if (registered.status === 201) expect(signedIn.status).toBe(200);
        }
      }
    },
  );

  it('measures a name in its composed form', async () => {
    expect((await client.json('PATCH', '/api/users/me', { name: 'e\u0301'.repeat(200) })).status).toBe(200);
    expect((await client.json('PATCH', '/api/users/me', { name: '\ufb2c'.repeat(67) })).status).toBe(400);
    expect((await client.upload('x', { name: '\ufdfa'.repeat(85) })).status).toBe(201);
    expect((await client.upload('x', { type: `${'a'.repeat(64)}/${'b'.repeat(63)}` })).status).toBe(201);
  });
});
