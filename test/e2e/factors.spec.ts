import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import decodeQR from 'qr/decode.js';
import { type DataSource } from 'typeorm';
import { Passwords } from '../../src/auth/passwords/passwords.js';
import { ResetLinks } from '../../src/auth/recovery/reset-links.js';
import { Session } from '../../src/auth/sessions/session.entity.js';
import { WRITING } from '../../src/database/transactions.js';
import { addAuthenticator, type Authenticator } from '../support/authenticator.js';
import type { Client } from '../support/client.js';
import { addPasskey, askForPasskey, SoftwarePasskey } from '../support/passkey.js';
import { startApp, type TestApp } from '../support/test-app.js';

interface Challenged {
  readonly code?: string;
  readonly challenge?: string;
  readonly methods?: string[];
  readonly token?: string;
}

describe('second factors', () => {
  let server: TestApp;
  let ada: Client;
  beforeAll(async () => void (server = await startApp({ PUBLIC_URL: 'https://files.example.org' })));
  afterAll(() => server.close());
  beforeEach(async () => void (ada = await server.user()));

  const login = (more: object = {}) =>
    server
      .client()
      .json<Challenged>('POST', '/api/users/login', { email: ada.email, password: ada.password, ...more });
  const answer = (input: object) =>
    server.client().json<Challenged>('POST', '/api/users/login/second-factor', input);
  const challenge = async () => (await login()).body.challenge!;
  const claims = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as {
      amr: string[];
      auth_time: number;
    };

  it('count once a code of the app was shown', async () => {
    const added = await ada.json<{ id: string; uri: string; secret: string; qr_svg: string }>(
      'POST',
      '/api/auth/factors/totp',
      { name: 'Phone' },
    );
    expect(added.status).toBe(201);
    expect(added.body.uri).toContain('otpauth://totp/files.example.org:');
    expect(added.body.uri).toContain(`secret=${added.body.secret}`);
    expect((await login()).status).toBe(200);
    expect((await ada.json('GET', '/api/auth/factors')).body).toEqual({
      factors: [],
      recovery_codes_left: 0,
    });
    const { app, recoveryCodes } = await addAuthenticator(ada);
    expect(recoveryCodes).toHaveLength(10);
    for (const code of recoveryCodes) expect(code).toMatch(/^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$/);
    expect((await ada.json('GET', '/api/auth/factors')).body).toMatchObject({
      factors: [{ id: app.id, type: 'totp', name: 'Authenticator app' }],
      recovery_codes_left: 10,
    });
    expect((await ada.json('GET', '/api/users/me')).body.second_factor).toBe(true);
    // The first one was never confirmed, and the second took its place.
    const confirm = `/api/auth/factors/totp/${added.body.id}/confirm`;
    expect((await ada.json('POST', confirm, { code: app.next() })).body.code).toBe('factor_not_found');
  });

  it('are wanted from every other session, however lately it signed in with the password', async () => {
    const thief = server.client();
    thief.token = (await ada.signIn()).body.token;
    const make = (client: Client) =>
      client.json<{ code?: string }>('POST', '/api/auth/keys', { name: 'k', scopes: ['files:read'] });
    expect((await make(thief)).status).toBe(201);
    const { app } = await addAuthenticator(ada);
    expect((await make(ada)).status).toBe(201);
    const calls = [
      await make(thief),
      await thief.json('POST', '/api/auth/recovery-codes'),
      await thief.json('DELETE', `/api/auth/factors/${app.id}`),
    ];
    expect(calls.map(({ body }) => body.code)).toEqual(Array<string>(3).fill('confirmation_required'));
  });

  it('are wanted by a confirmation that began with the password alone', async () => {
    const thief = server.client();
    thief.token = (await ada.signIn()).body.token;
    const passwords = server.app.get(Passwords);
    const verify = passwords.verify.bind(passwords);
    const slow = jest.spyOn(passwords, 'verify').mockImplementationOnce(async (...given) => {
      const right = await verify(...given);
      await addAuthenticator(ada);
      return right;
    });
    const confirmed = await thief.json('POST', '/api/auth/confirm', { password: ada.password });
    slow.mockRestore();
    expect([confirmed.status, confirmed.body.code]).toEqual([403, 'confirmation_required']);
  });

  it('have a QR picture of the same address', async () => {
    const { body } = await ada.json<{ uri: string; qr_svg: string }>('POST', '/api/auth/factors/totp', {});
    expect(decodeQR(imageOf(body.qr_svg))).toBe(body.uri);
  });

  describe('of an account', () => {
    let app: Authenticator;
    let recoveryCodes: string[];
    let confirmedWith: string;
    beforeEach(async () => void ({ app, recoveryCodes, confirmedWith } = await addAuthenticator(ada)));

    it('are told as unavailable when no secret opens, and do not keep another app from signing in', async () => {
      const { app: other } = await addAuthenticator(ada);
      const damage = (id: string) =>
        server.app
          .get<DataSource>(WRITING)
          .query(`UPDATE factors SET sealed_secret = 'v1.damaged' WHERE id = '${id}'`);
      await damage(app.id);
      expect((await answer({ challenge: await challenge(), code: other.next() })).status).toBe(200);
      expect((await answer({ challenge: await challenge(), code: other.wrong() })).status).toBe(401);
      await damage(other.id);
      const given = await challenge();
      const refused = await answer({ challenge: given, code: other.next() });
      expect([refused.status, refused.body.code]).toEqual([503, 'factor_unavailable']);
      expect(server.log.filter((line) => line.includes(`factors ${other.id}`))).not.toEqual([]);
      const [recovery] = recoveryCodes;
      expect((await answer({ challenge: given, recovery_code: recovery })).status).toBe(200);
    });

    it('are asked for after the password, and then sign in', async () => {
      const first = await login();
      expect(first.status).toBe(401);
      expect(first.body).toMatchObject({
        code: 'second_factor_required',
        methods: ['totp', 'recovery_code'],
      });
      const signedIn = await answer({ challenge: first.body.challenge, code: app.next() });
      expect(signedIn.status).toBe(200);
      expect(claims(signedIn.body.token!).amr).toEqual(['pwd', 'otp', 'mfa']);
      ada.token = signedIn.body.token!;
      expect((await ada.json('GET', '/api/users/me')).status).toBe(200);
    });

    it('can be sent beside the password', async () => {
      expect((await login({ code: app.next() })).status).toBe(200);
      const wrong = await login({ code: app.wrong() });
      expect([wrong.status, wrong.body.code]).toEqual([401, 'invalid_code']);
    });

    it('are not asked for with a wrong password', async () => {
      const { body } = await login({ password: 'a wrong passphrase', code: app.next() });
      expect(body.code).toBe('invalid_credentials');
    });

    it('have codes that work once, the one of the enrolment among them', async () => {
      expect((await answer({ challenge: await challenge(), code: confirmedWith })).body.code).toBe(
        'invalid_code',
      );
      const code = app.next();
      expect((await login({ code })).status).toBe(200);
      expect((await login({ code })).body.code).toBe('invalid_code');
    });

    it('have codes of which 20 parallel uses have one success', async () => {
      const code = app.next();
      const challenges = await Promise.all(Array.from({ length: 4 }, () => challenge()));
      const uses = challenges.flatMap((each) =>
        Array.from({ length: 5 }, () => answer({ challenge: each, code })),
      );
      const statuses = (await Promise.all(uses)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    });

    it('have recovery codes that work once, however they are typed', async () => {
      const [code] = recoveryCodes;
      const typed = code!.toLowerCase().replaceAll('-', ' ');
      const signedIn = await answer({ challenge: await challenge(), recovery_code: typed });
      expect(signedIn.status).toBe(200);
      expect(claims(signedIn.body.token!).amr).toEqual(['pwd', 'mfa']);
      const again = await answer({ challenge: await challenge(), recovery_code: code });
      expect(again.body.code).toBe('invalid_code');
      expect((await ada.json('GET', '/api/auth/factors')).body.recovery_codes_left).toBe(9);
    });

    it('have recovery codes of which 20 parallel uses have one success', async () => {
      const challenges = await Promise.all(Array.from({ length: 4 }, () => challenge()));
      const uses = challenges.flatMap((each) =>
        Array.from({ length: 5 }, () => answer({ challenge: each, recovery_code: recoveryCodes[1] })),
      );
      const statuses = (await Promise.all(uses)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    });

    it('end a challenge with the first success, and with five wrong codes', async () => {
      const used = await challenge();
      await answer({ challenge: used, code: app.next() });
      expect((await answer({ challenge: used, code: app.next() })).body.code).toBe('invalid_challenge');
      const guessed = await challenge();
      for (let wrong = 0; wrong < 5; wrong++) await answer({ challenge: guessed, code: app.wrong() });
      const late = await answer({ challenge: guessed, recovery_code: recoveryCodes[2] });
      expect([late.status, late.body.code]).toEqual([401, 'invalid_challenge']);
    });

    it('limit guesses over many challenges, with the right password between them', async () => {
      const codes: string[] = [];
      for (let guess = 0; guess < 12; guess++) codes.push((await login({ code: app.wrong() })).body.code!);
      expect(codes.slice(0, 10)).toEqual(Array(10).fill('invalid_code'));
      expect(codes.slice(10)).toEqual(['too_many_attempts', 'too_many_attempts']);
      expect((await login({ code: app.next() })).status).toBe(429);
    });

    it('leave an open session alone when others guess: it has a limit of its own', async () => {
      for (let count = 0; count < 11; count++) await login({ code: app.wrong() });
      expect((await login({ code: app.next() })).body.code).toBe('too_many_attempts');
      const { password } = ada;
      expect((await ada.json('POST', '/api/auth/confirm', { password, code: app.next() })).status).toBe(204);
    });

    it('are asked for again after a reset, when others have guessed too often', async () => {
      for (let count = 0; count < 11; count++) await login({ code: app.wrong() });
      const link = await server.app.get(ResetLinks).make(ada.email);
      const password = 'a completely new passphrase';
      const token = link.split('token=')[1];
      await server.client().json('POST', '/api/auth/password-reset/confirm', { token, password });
      expect((await login({ password, code: app.next() })).status).toBe(200);
    });

    it('end a challenge when the password is changed', async () => {
      const open = await challenge();
      const input = { current_password: ada.password, new_password: 'a completely new passphrase' };
      expect((await ada.json('POST', '/api/users/me/password', input)).status).toBe(204);
      expect((await answer({ challenge: open, code: app.next() })).body.code).toBe('invalid_challenge');
    });

    it('are recorded, without any code', async () => {
      const code = app.next();
      await answer({ challenge: await challenge(), code: app.wrong() });
      await answer({ challenge: await challenge(), code });
      const trail = await ada.trail();
      const actions = trail.map(({ action, outcome }) => `${action} ${outcome}`);
      expect(actions).toEqual(
        expect.arrayContaining(['FACTOR_ADD success', 'LOGIN_CHALLENGE success', 'LOGIN_FAILED failure']),
      );
      expect(trail.find(({ action }) => action === 'LOGIN_FAILED')!.metadata).toMatchObject({
        reason: 'wrong_code',
      });
      expect(JSON.stringify(trail)).not.toContain(recoveryCodes[0]);
    });

    it('go with their recovery codes when the last one is removed', async () => {
      expect((await ada.json('DELETE', `/api/auth/factors/${app.id}`)).status).toBe(204);
      expect((await ada.json('GET', '/api/auth/factors')).body).toEqual({
        factors: [],
        recovery_codes_left: 0,
      });
      expect((await login()).status).toBe(200);
    });

    it('keep their recovery codes beside a second app, and get new ones on request', async () => {
      const second = await addAuthenticator(ada);
      expect(second.recoveryCodes).toEqual([]);
      const renewed = await ada.json<{ recovery_codes: string[] }>('POST', '/api/auth/recovery-codes');
      expect(renewed.body.recovery_codes).toHaveLength(10);
      const old = await answer({ challenge: await challenge(), recovery_code: recoveryCodes[0] });
      expect(old.body.code).toBe('invalid_code');
      const fresh = await answer({
        challenge: await challenge(),
        recovery_code: renewed.body.recovery_codes[0],
      });
      expect(fresh.status).toBe(200);
    });

    it('are wanted to confirm a session, for a new password and the deletion of the account too', async () => {
      const before = new Date(Date.now() - 11 * 60_000).toISOString();
      const sessions = server.app.get<DataSource>(WRITING).getRepository(Session);
      await sessions.update({ userId: ada.userId }, { confirmedAt: before });
      const change = () =>
        ada.json('POST', '/api/users/me/password', {
          current_password: ada.password,
          new_password: 'a completely new passphrase',
        });
      const refused = await change();
      expect(refused.body).toMatchObject({ code: 'confirmation_required', methods: ['totp'] });
      const remove = await ada.json('DELETE', '/api/users/me', { password: ada.password });
      expect(remove.body.code).toBe('confirmation_required');
      const { password } = ada;
      expect((await ada.json('POST', '/api/auth/confirm', { password })).body.code).toBe(
        'confirmation_required',
      );
      const wrong = await ada.json('POST', '/api/auth/confirm', { password, code: app.wrong() });
      expect(wrong.body.code).toBe('invalid_code');
      expect((await ada.json('POST', '/api/auth/confirm', { password, code: app.next() })).status).toBe(204);
      expect((await change()).status).toBe(204);
    });

    it('are sealed at rest', async () => {
      const database = server.app.get<DataSource>(WRITING);
      const dump = JSON.stringify([
        await database.getRepository('factors').find(),
        await database.getRepository('recovery_codes').find(),
      ]);
      expect(dump).toContain(app.id);
      for (const code of recoveryCodes) expect(dump).not.toContain(code.replaceAll('-', ''));
    });

    it('keep anybody out who has the password alone, on every route that gives tokens', async () => {
      const { body: document } = await ada.json<{ paths: Record<string, Record<string, object>> }>(
        'GET',
        '/docs-json',
      );
      const giving = Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.entries(methods)
          .filter(([, operation]) => JSON.stringify(operation).includes('SignInResponse'))
          .map(([method]) => `${method.toUpperCase()} ${path}`),
      );
      expect(giving.sort()).toEqual([
        'POST /api/auth/refresh',
        'POST /api/users/login',
        'POST /api/users/login/passkey',
        'POST /api/users/login/second-factor',
        'POST /api/users/register',
      ]);
      const known = { email: ada.email, password: ada.password };
      const open = await challenge();
      // The passkey of somebody else, and one that nobody has.
      const { passkey } = await addPasskey(await server.user(), 'https://files.example.org');
      const second = { options: { challenge: open, rpId: 'files.example.org' } };
      const asked = await askForPasskey(server.client(), '/api/users/login/passkey/options');
      const credential = new SoftwarePasskey('https://files.example.org').get(asked, { userHandle: 'AAAA' });
      const attempts = [
        ['POST', '/api/auth/refresh', { refresh_token: open }],
        ['POST', '/api/users/login', known],
        ['POST', '/api/users/login', { ...known, code: '000000' }],
        ['POST', '/api/users/login/second-factor', { challenge: open, code: '000000' }],
        ['POST', '/api/users/login/second-factor', { challenge: open, recovery_code: '' }],
        ['POST', '/api/users/login/second-factor', { challenge: open }],
        ['POST', '/api/users/login/second-factor', { challenge: open, credential: passkey.get(second) }],
        ['POST', '/api/users/login/passkey', { challenge: asked.challenge, credential }],
        ['POST', '/api/users/login/passkey', { challenge: open, credential: passkey.get(second) }],
        ['POST', '/api/users/register', known],
      ] as const;
      for (const [method, path, input] of attempts) {
        const { status, body } = await server.client().json(method, path, input);
        expect([path, status >= 400, 'token' in body]).toEqual([path, true, false]);
      }
    });
  });
});

/** The picture as pixels: four for each module of the path in the SVG. */
function imageOf(svg: string): { width: number; height: number; data: Uint8Array } {
  const [, size] = /viewBox="0 0 (\d+) \d+"/.exec(svg)!;
  const modules = Number(size);
  const scale = 4;
  const width = modules * scale;
  const data = new Uint8Array(width * width * 4).fill(255);
  const [, path] = / d="([^"]+)"/.exec(svg)!;
  let x = 0;
  let y = 0;
  // The encoder draws each dark module as a square of its own, with relative moves.
  for (const [, command, arguments_] of path!.matchAll(/([A-Za-z])([^A-Za-z]*)/g)) {
    const numbers = (arguments_!.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);
    if (command === 'M') [x, y] = [numbers[0]!, numbers[1]!];
    if (command === 'm') [x, y] = [x + numbers[0]!, y + numbers[1]!];
    if (command === 'h' && numbers[0] === 1) dark(x, y);
    if (command === 'H') x = numbers[0]!;
  }
  return { width, height: width, data };

  function dark(column: number, row: number): void {
    for (let dy = 0; dy < scale; dy++)
      for (let dx = 0; dx < scale; dx++)
        data.fill(
          0,
          ((row * scale + dy) * width + column * scale + dx) * 4,
          ((row * scale + dy) * width + column * scale + dx) * 4 + 3,
        );
  }
}
