import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Client } from '../support/client.js';
import { ConsoleStage } from '../support/console.js';
import type { Asked } from '../support/passkey.js';
import { VirtualAuthenticator } from '../support/virtual-authenticator.js';

interface SignedIn {
  readonly code?: string;
  readonly token: string;
}

interface SecondFactorRequired extends Asked<object> {
  readonly code: string;
  readonly methods: string[];
}

/** With the authenticator that Chromium has for tests, and the JSON of the browser itself. */
describe('passkeys, in a browser', () => {
  const stage = ConsoleStage.set();
  let page: Page;
  let authenticator: VirtualAuthenticator;
  let ada: Client;

  beforeEach(async () => {
    ada = await stage.server.user();
    page = await stage.open();
    authenticator = await VirtualAuthenticator.of(page);
    await page.goto('/register');
  });

  // As text, because the types of browsers are not those of the service.
  const create = (options: object) =>
    page.evaluate<object>(`
      navigator.credentials
        .create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(${JSON.stringify(options)}) })
        .then((made) => made.toJSON())`);
  const get = (options: object) =>
    page.evaluate<object>(`
      navigator.credentials
        .get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(${JSON.stringify(options)}) })
        .then((shown) => shown.toJSON())`);

  async function enrol(): Promise<{ id: string; recovery_codes: string[] }> {
    const { body } = await ada.json<Asked<object>>('POST', '/api/auth/factors/passkeys/options');
    const added = await ada.json<{ id: string; recovery_codes: string[] }>(
      'POST',
      '/api/auth/factors/passkeys',
      { name: 'Laptop', challenge: body.challenge, credential: await create(body.options) },
    );
    expect(added.status).toBe(201);
    return added.body;
  }

  async function signIn(): Promise<{ status: number; body: SignedIn }> {
    const { body } = await stage.server
      .client()
      .json<Asked<object>>('POST', '/api/users/login/passkey/options');
    return stage.server.client().json<SignedIn>('POST', '/api/users/login/passkey', {
      challenge: body.challenge,
      credential: await get(body.options),
    });
  }

  it('are added, and sign in without e-mail and password', async () => {
    expect((await enrol()).recovery_codes).toHaveLength(10);
    for (let again = 0; again < 2; again++) {
      const { status, body } = await signIn();
      expect(status).toBe(200);
      const client = stage.server.client();
      client.token = body.token;
      expect((await client.json('GET', '/api/users/me')).body.email).toBe(ada.email);
    }
  });

  it('are not made twice by one authenticator', async () => {
    await enrol();
    const { body } = await ada.json<Asked<object>>('POST', '/api/auth/factors/passkeys/options');
    await expect(create(body.options)).rejects.toThrow('InvalidStateError');
  });

  it('are a second factor after the password', async () => {
    await enrol();
    const first = await stage.server.client().json<SecondFactorRequired>('POST', '/api/users/login', {
      email: ada.email,
      password: ada.password,
    });
    expect(first.body).toMatchObject({
      code: 'second_factor_required',
      methods: ['passkey', 'recovery_code'],
    });
    const signedIn = await stage.server.client().json<SignedIn>('POST', '/api/users/login/second-factor', {
      challenge: first.body.challenge,
      credential: await get(first.body.options),
    });
    expect(signedIn.status).toBe(200);
  });

  it('confirm a session', async () => {
    await enrol();
    const { body } = await ada.json<Asked<object>>('POST', '/api/auth/confirm/options');
    const { status } = await ada.json('POST', '/api/auth/confirm', {
      challenge: body.challenge,
      credential: await get(body.options),
    });
    expect(status).toBe(204);
  });

  it('are made and used only when the authenticator has verified its user', async () => {
    await enrol();
    await authenticator.setVerified(false);
    await expect(signIn()).rejects.toThrow('NotAllowedError');
  });

  it('sign nobody in once they are removed', async () => {
    const { id } = await enrol();
    expect((await signIn()).status).toBe(200);
    expect((await ada.json('DELETE', `/api/auth/factors/${id}`)).status).toBe(204);
    const refused = await signIn();
    expect([refused.status, refused.body.code]).toEqual([401, 'invalid_code']);
    expect((await ada.signIn()).status).toBe(200);
  });

  it('are not made for another host', async () => {
    const { body } = await ada.json<Asked<object>>('POST', '/api/auth/factors/passkeys/options');
    await page.goto(`${stage.server.url}/register`);
    await expect(create(body.options)).rejects.toThrow('SecurityError');
    stage.takeComplaints();
  });
});
