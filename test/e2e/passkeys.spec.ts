import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { Factors } from '../../src/auth/factors/factors.js';
import { Passkey } from '../../src/auth/factors/passkeys/passkey.entity.js';
import { UsedChallenge } from '../../src/auth/factors/passkeys/used-challenge.entity.js';
import { Session } from '../../src/auth/sessions/session.entity.js';
import { Housekeeping } from '../../src/common/lifecycle/housekeeping.js';
import { WRITING } from '../../src/database/transactions.js';
import { bySystem } from '../../src/events/event-actor.js';
import { addAuthenticator } from '../support/authenticator.js';
import type { Client } from '../support/client.js';
import { addPasskey, askForPasskey, type Asked, SoftwarePasskey, tryPasskey } from '../support/passkey.js';
import { startApp, type TestApp } from '../support/test-app.js';

const ORIGIN = 'https://files.example.org';
const SIGN_IN = '/api/users/login/passkey/options';
const CONFIRM = '/api/auth/confirm/options';

type Faults = Parameters<SoftwarePasskey['get']>[1];

interface Answered {
  readonly code?: string;
  readonly token?: string;
  readonly challenge?: string;
  readonly methods?: string[];
  readonly options?: { challenge: string; allowCredentials: { id: string; transports: string[] }[] };
}

describe('passkeys', () => {
  let server: TestApp;
  let ada: Client;
  let passkey: SoftwarePasskey;
  let factorId: string;
  let recoveryCodes: string[];
  beforeAll(async () => {
    // So that no test is refused for what others have tried from the same address.
    server = await startApp({ PUBLIC_URL: ORIGIN, LOGIN_FAILURES_PER_ADDRESS: '0' });
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    ada = await server.user();
    ({ passkey, factorId, recoveryCodes } = await addPasskey(ada, ORIGIN));
  });

  const signInWith = (challenge: string, credential: object) =>
    server.client().json<Answered>('POST', '/api/users/login/passkey', { challenge, credential });
  const signIn = async (shown = passkey, faults: Faults = {}) => {
    const asked = await askForPasskey(server.client(), SIGN_IN);
    return signInWith(asked.challenge, shown.get(asked, faults));
  };
  const login = () =>
    server.client().json<Answered>('POST', '/api/users/login', { email: ada.email, password: ada.password });
  const answer = (input: object) =>
    server.client().json<Answered>('POST', '/api/users/login/second-factor', input);
  const asPasswordLogin = async () => (await login()).body as Required<Answered>;
  const outcome = ({ status, body }: { status: number; body: Answered }) => `${status} ${body.code}`;
  const rows = () => server.app.get<DataSource>(WRITING);
  const makeOld = async (client: Client) => {
    const before = new Date(Date.now() - 11 * 60_000).toISOString();
    await rows().getRepository(Session).update({ userId: client.userId }, { confirmedAt: before });
  };
  const claims = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { amr: string[] };

  it('are made for the host of PUBLIC_URL, by a verified user', async () => {
    const { body } = await ada.json<Asked<object>>('POST', '/api/auth/factors/passkeys/options');
    expect(body.options).toMatchObject({
      challenge: body.challenge,
      rp: { id: 'files.example.org' },
      user: { name: ada.email },
      attestation: 'none',
      excludeCredentials: [{ id: passkey.id, type: 'public-key', transports: ['internal', 'hybrid'] }],
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    const algorithms = (body.options as { pubKeyCredParams: { alg: number }[] }).pubKeyCredParams;
    expect(algorithms.map(({ alg }) => alg)).toEqual([-8, -7, -257]);
  });

  it('come with recovery codes when they are the first factor, and are listed', async () => {
    expect(recoveryCodes).toHaveLength(10);
    const list = await ada.json<{ factors: object[] }>('GET', '/api/auth/factors');
    expect(list.body).toMatchObject({
      factors: [{ id: factorId, type: 'passkey', name: 'Laptop', last_used: null }],
      recovery_codes_left: 10,
    });
    const second = await addPasskey(ada, ORIGIN, false);
    expect(second.recoveryCodes).toEqual([]);
    const kept = await rows().getRepository(Passkey).findOneByOrFail({ factorId: second.factorId });
    expect([kept.backupEligible, kept.backedUp, kept.counter]).toEqual([true, true, 0]);
  });

  it('sign in alone, and that is two factors', async () => {
    const { status, body } = await signIn();
    expect(status).toBe(200);
    expect(claims(body.token!).amr).toEqual(['hwk', 'mfa']);
    const { factors } = (await ada.json<{ factors: { last_used: string }[] }>('GET', '/api/auth/factors'))
      .body;
    expect(Date.parse(factors[0]!.last_used)).toBeGreaterThan(Date.now() - 60_000);
    expect((await signIn()).status).toBe(200);
  });

  it('sign in when the authenticator counts nothing', async () => {
    const { passkey: synced } = await addPasskey(ada, ORIGIN, false);
    expect((await signIn(synced)).status).toBe(200);
    expect((await signIn(synced)).status).toBe(200);
  });

  it.each(['ES256', 'EdDSA', 'RS256'] as const)('sign in with keys for %s', async (algorithm) => {
    const shown = new SoftwarePasskey(ORIGIN, true, algorithm);
    expect((await tryPasskey(ada, shown)).status).toBe(201);
    expect((await signIn(shown)).status).toBe(200);
  });

  it('are added whatever their maker states of them: nothing of it is judged', async () => {
    const statement = new Map<string, number | Uint8Array | Uint8Array[]>([
      ['alg', -7],
      ['sig', new Uint8Array(70)],
      ['x5c', [new Uint8Array(500)]],
    ]);
    const shown = new SoftwarePasskey(ORIGIN);
    expect((await tryPasskey(ada, shown, { statement })).status).toBe(201);
    expect((await signIn(shown)).status).toBe(200);
  });

  it('are a second factor after the password', async () => {
    const first = await login();
    expect(outcome(first)).toBe('401 second_factor_required');
    expect(first.body.methods).toEqual(['passkey', 'recovery_code']);
    expect(first.body.options).toMatchObject({
      challenge: first.body.challenge,
      userVerification: 'required',
      allowCredentials: [{ id: passkey.id, transports: ['internal', 'hybrid'] }],
    });
    const { challenge, options } = first.body as Required<Answered>;
    const signedIn = await answer({ challenge, credential: passkey.get({ options }) });
    expect(signedIn.status).toBe(200);
    expect(claims(signedIn.body.token!).amr).toEqual(['pwd', 'hwk', 'mfa']);
  });

  it('are a second factor without a user handle, which old security keys do not send', async () => {
    const { challenge, options } = await asPasswordLogin();
    const credential = passkey.get({ options }, { userHandle: null });
    expect((await answer({ challenge, credential })).status).toBe(200);
    expect(outcome(await signIn(passkey, { userHandle: null }))).toBe('401 invalid_code');
  });

  it('end a sign-in after five wrong tries, and lock nobody out: a signature cannot be guessed', async () => {
    const { challenge, options } = await asPasswordLogin();
    const tries: string[] = [];
    for (let i = 0; i < 6; i++) {
      const credential = passkey.get({ options }, { origin: 'https://evil.example.org' });
      tries.push(outcome(await answer({ challenge, credential })));
    }
    expect(tries).toEqual([...Array<string>(5).fill('401 invalid_code'), '401 invalid_challenge']);
    for (let i = 0; i < 10; i++) await signIn(passkey, { userVerified: false });
    expect((await signIn()).status).toBe(200);
  });

  it('confirm a session alone', async () => {
    await makeOld(ada);
    const refused = await ada.json<Answered>('POST', '/api/auth/recovery-codes');
    expect(refused.body).toMatchObject({ code: 'confirmation_required', methods: ['passkey'] });
    const asked = await askForPasskey(ada, CONFIRM);
    const wrong = passkey.get(asked, { userVerified: false });
    const confirm = (credential: object) =>
      ada.json<Answered>('POST', '/api/auth/confirm', { challenge: asked.challenge, credential });
    expect(outcome(await confirm(wrong))).toBe('401 invalid_code');
    const right = passkey.get(asked);
    expect((await confirm(right)).status).toBe(204);
    expect((await ada.json('POST', '/api/auth/recovery-codes')).status).toBe(200);
    expect((await confirm(right)).status).toBe(401);
    const trail = (await ada.trail()).map(({ action, outcome: of }) => `${action} ${of}`);
    expect(trail).toEqual(expect.arrayContaining(['SESSION_CONFIRM success', 'SESSION_CONFIRM denied']));
  });

  it('confirm no other session, and not without the right form', async () => {
    const asked = await askForPasskey(ada, CONFIRM);
    const other = server.client();
    other.token = (await signIn()).body.token!;
    const credential = passkey.get(asked);
    const elsewhere = await other.json<Answered>('POST', '/api/auth/confirm', {
      challenge: asked.challenge,
      credential,
    });
    expect(outcome(elsewhere)).toBe('401 invalid_challenge');
    for (const input of [{}, { challenge: asked.challenge }, { credential }, { code: '000000' }]) {
      expect(outcome(await ada.json<Answered>('POST', '/api/auth/confirm', input))).toBe(
        '400 validation_failed',
      );
    }
    const both = { password: ada.password, challenge: asked.challenge, credential };
    expect(outcome(await ada.json<Answered>('POST', '/api/auth/confirm', both))).toBe(
      '400 validation_failed',
    );
    const bob = await server.user();
    expect(outcome(await bob.json<Answered>('POST', CONFIRM))).toBe('409 no_passkey');
  });

  it('sign nobody in once they are removed, and the password alone does again', async () => {
    expect((await ada.json('DELETE', `/api/auth/factors/${factorId}`)).status).toBe(204);
    expect(outcome(await signIn())).toBe('401 invalid_code');
    expect((await login()).status).toBe(200);
    expect(await rows().getRepository(Passkey).countBy({ userId: ada.userId })).toBe(0);
    const { body } = await ada.json('GET', '/api/auth/factors');
    expect(body).toEqual({ factors: [], recovery_codes_left: 0 });
    // The same authenticator can be added again.
    expect((await tryPasskey(ada, passkey)).status).toBe(201);
  });

  it('go when the operator resets the factors, and with the account', async () => {
    const mine = () => rows().getRepository(Passkey).countBy({ userId: ada.userId });
    await server.app.get(Factors).removeAll(bySystem, ada.userId);
    expect(await mine()).toBe(0);
    await addPasskey(ada, ORIGIN);
    expect(await mine()).toBe(1);
    expect((await ada.json('DELETE', '/api/users/me', { password: ada.password })).status).toBe(204);
    expect(await mine()).toBe(0);
    expect(outcome(await signIn())).toBe('401 invalid_code');
  });

  const WRONG: [string, Faults][] = [
    ['of another origin', { origin: 'https://evil.example.org' }],
    ['of the same host over http', { origin: 'http://files.example.org' }],
    ['for another relying party', { rpId: 'example.org' }],
    ['without a verified user', { userVerified: false }],
    ['of another challenge', { challenge: Buffer.alloc(54).toString('base64url') }],
    ['of another ceremony', { type: 'webauthn.other' }],
    ['that can be copied, and could not before', { backupEligible: true }],
    ['that names another user', { userHandle: Buffer.alloc(16).toString('base64url') }],
  ];
  it.each(WRONG)('are refused with an answer %s', async (_, faults) => {
    expect(outcome(await signIn(passkey, faults))).toBe('401 invalid_code');
    const { challenge, options } = await asPasswordLogin();
    const second = await answer({ challenge, credential: passkey.get({ options }, faults) });
    expect(outcome(second)).toBe('401 invalid_code');
    expect((await signIn()).status).toBe(200);
  });

  it.each(WRONG.slice(0, 6))('are not added with an answer %s', async (_, faults) => {
    const added = await tryPasskey(ada, new SoftwarePasskey(ORIGIN), faults);
    expect(outcome(added)).toBe('400 invalid_passkey');
    expect((await ada.json<{ factors: object[] }>('GET', '/api/auth/factors')).body.factors).toHaveLength(1);
  });

  it('are answered alike, whether they are unknown, wrong, or of a disabled account', async () => {
    const unknown = await signIn(new SoftwarePasskey(ORIGIN), { userHandle: 'AAAA' });
    const asked = await askForPasskey(server.client(), SIGN_IN);
    const credential = passkey.get(asked);
    const signature = Buffer.from(credential.response.signature, 'base64url');
    signature[signature.length - 1]! ^= 1;
    const response = { ...credential.response, signature: signature.toString('base64url') };
    const wrong = await signInWith(asked.challenge, { ...credential, response });
    const admin = await server.userWithRole('admin');
    await admin.json('POST', `/api/admin/users/${ada.userId}/disable`);
    const disabled = await signIn();
    const seen = [unknown, wrong, disabled].map(({ status, body }) => ({ status, ...body, request_id: '' }));
    expect(seen[0]).toMatchObject({ status: 401, code: 'invalid_code' });
    expect(seen).toEqual([seen[0], seen[0], seen[0]]);
    await admin.json('POST', `/api/admin/users/${ada.userId}/enable`);
    ada.token = (await signIn()).body.token!;
    const failures = await ada.trail('&action=LOGIN_FAILED');
    expect(failures.map(({ metadata, outcome: of }) => [metadata.reason, of])).toEqual([
      ['account_disabled', 'denied'],
      ['wrong_passkey', 'failure'],
    ]);
  });

  it('open nothing for another user', async () => {
    const bob = await server.user();
    const { passkey: his } = await addPasskey(bob, ORIGIN);
    const { challenge, options } = await asPasswordLogin();
    expect(outcome(await answer({ challenge, credential: his.get({ options }) }))).toBe('401 invalid_code');
    const asked = await askForPasskey(ada, CONFIRM);
    const confirm = { challenge: asked.challenge, credential: his.get(asked) };
    expect(outcome(await ada.json<Answered>('POST', '/api/auth/confirm', confirm))).toBe('401 invalid_code');
    expect(outcome(await tryPasskey(bob, passkey))).toBe('409 passkey_taken');
  });

  it('are used once: an answer that is sent again opens nothing', async () => {
    const { passkey: synced } = await addPasskey(ada, ORIGIN, false);
    const asked = await askForPasskey(server.client(), SIGN_IN);
    const credential = synced.get(asked);
    expect((await signInWith(asked.challenge, credential)).status).toBe(200);
    expect(outcome(await signInWith(asked.challenge, credential))).toBe('401 invalid_challenge');
  });

  it.each([true, false])('of which 20 parallel uses have one success (counting: %s)', async (counts) => {
    const { passkey: shown } = await addPasskey(ada, ORIGIN, counts);
    const asked = await askForPasskey(server.client(), SIGN_IN);
    const credential = shown.get(asked);
    const uses = Array.from({ length: 20 }, () => signInWith(asked.challenge, credential));
    const statuses = (await Promise.all(uses)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    const { challenge, options } = await asPasswordLogin();
    const second = shown.get({ options });
    const answers = Array.from({ length: 20 }, () => answer({ challenge, credential: second }));
    const others = (await Promise.all(answers)).map(({ status }) => status);
    expect(others.filter((status) => status === 200)).toHaveLength(1);
  });

  it('are refused when their counter goes back or stands still, and that is recorded', async () => {
    expect((await signIn(passkey, { counter: 100 })).status).toBe(200);
    for (const counter of [100, 99, 0]) {
      expect(outcome(await signIn(passkey, { counter }))).toBe('401 invalid_code');
    }
    // Up to the greatest counter.
    expect((await signIn(passkey, { counter: 2 ** 32 - 1 })).status).toBe(200);
    const suspected = await ada.trail('&action=FACTOR_COPY_SUSPECTED');
    expect(suspected.map(({ resource, outcome: of }) => [resource, of])).toEqual(
      Array(3).fill([factorId, 'denied']),
    );
  });

  it('take no challenge of another purpose, another time, or of nobody', async () => {
    const enrolment = await ada.json<Asked<{ challenge: string }>>(
      'POST',
      '/api/auth/factors/passkeys/options',
    );
    const confirmation = await askForPasskey(ada, CONFIRM);
    const password = await asPasswordLogin();
    const forged = Buffer.alloc(54, 0xff).toString('base64url');
    for (const challenge of [
      enrolment.body.challenge,
      confirmation.challenge,
      password.challenge,
      forged,
      '',
      'x',
    ]) {
      const credential = passkey.get({ options: { challenge, rpId: 'files.example.org' } });
      expect(outcome(await signInWith(challenge, credential))).toBe('401 invalid_challenge');
    }
    const asked = await askForPasskey(server.client(), SIGN_IN);
    const credential = passkey.get(asked);
    const confirm = { challenge: asked.challenge, credential };
    expect(outcome(await ada.json<Answered>('POST', '/api/auth/confirm', confirm))).toBe(
      '401 invalid_challenge',
    );
    expect(outcome(await answer(confirm))).toBe('401 invalid_challenge');
  });

  it('take no challenge that is over', async () => {
    const asked = await askForPasskey(server.client(), SIGN_IN);
    const late = await inFuture(5 * 60_000, () => signInWith(asked.challenge, passkey.get(asked)));
    expect(outcome(late)).toBe('401 invalid_challenge');
  });

  it('keep a used challenge only until it would be over, and store none that is asked for', async () => {
    const used = rows().getRepository(UsedChallenge);
    const before = await used.count();
    for (let i = 0; i < 10; i++) await askForPasskey(server.client(), SIGN_IN);
    expect(await used.count()).toBe(before);
    await signIn();
    expect(await used.count()).toBe(before + 1);
    await server.app.get(Housekeeping).runAll();
    expect(await used.count()).toBe(before + 1);
    await inFuture(11 * 60_000, () => server.app.get(Housekeeping).runAll());
    expect(await used.count()).toBe(0);
  });

  it('are at most ten with the other factors', async () => {
    await addAuthenticator(ada);
    for (let i = 0; i < 8; i++) await addPasskey(ada, ORIGIN);
    const refused = await ada.json<Answered>('POST', '/api/auth/factors/passkeys/options');
    expect(outcome(refused)).toBe('409 too_many_factors');
    const { methods } = (await login()).body;
    expect(methods).toEqual(['passkey', 'totp', 'recovery_code']);
  });

  it('are recorded when they are added and removed', async () => {
    await ada.json('DELETE', `/api/auth/factors/${factorId}`);
    const trail = await ada.trail();
    for (const action of ['FACTOR_ADD', 'FACTOR_REMOVE']) {
      expect(trail.find((entry) => entry.action === action)).toMatchObject({
        resource: factorId,
        metadata: { type: 'passkey', name: 'Laptop' },
      });
    }
  });

  it('are refused with every odd credential, and never break the service', async () => {
    const asked = await askForPasskey(server.client(), SIGN_IN);
    const right = passkey.get(asked);
    const text = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const odd: Partial<typeof right.response>[] = [
      { clientDataJSON: text(null) },
      { clientDataJSON: text([]) },
      { clientDataJSON: text('x') },
      {
        clientDataJSON: text({
          type: 'webauthn.get',
          challenge: asked.challenge,
          origin: ORIGIN,
          tokenBinding: 1,
        }),
      },
      { clientDataJSON: 'A' },
      { authenticatorData: 'AAAA' },
      { authenticatorData: Buffer.alloc(37, 0xff).toString('base64url') },
      // Extension data that begins 2³² nested arrays.
      {
        authenticatorData: Buffer.concat([Buffer.alloc(32), Buffer.alloc(2000, 0x9f)]).toString('base64url'),
      },
      { signature: 'A' },
      { signature: Buffer.alloc(72).toString('base64url') },
    ];
    for (const members of odd) {
      const credential = { ...right, response: { ...right.response, ...members } };
      expect(outcome(await signInWith(asked.challenge, credential))).toBe('401 invalid_code');
      await server.app.get<DataSource>(WRITING).query('DELETE FROM sign_in_attempts');
    }
    const open = await ada.json<Asked<never>>('POST', '/api/auth/factors/passkeys/options');
    const made = new SoftwarePasskey(ORIGIN).create(open.body);
    for (const bytes of [
      Buffer.alloc(20_000, 0x81),
      Buffer.alloc(20_000, 0xa1),
      Buffer.from('bf', 'hex'),
      Buffer.from('9affffffff', 'hex'),
      Buffer.from('a0', 'hex'),
      Buffer.from('a168617574684461746101', 'hex'),
    ]) {
      const response = { ...made.response, attestationObject: bytes.toString('base64url') };
      const added = await ada.json<Answered>('POST', '/api/auth/factors/passkeys', {
        name: 'x',
        challenge: open.body.challenge,
        credential: { ...made, response },
      });
      expect(outcome(added)).toBe('400 invalid_passkey');
    }
  });

  it('that nobody has count as failed sign-ins of the address', async () => {
    const other = await startApp({ PUBLIC_URL: ORIGIN, LOGIN_FAILURES_PER_ADDRESS: '3' });
    try {
      const outcomes: string[] = [];
      for (let i = 0; i < 4; i++) {
        const asked = await askForPasskey(other.client(), SIGN_IN);
        const credential = new SoftwarePasskey(ORIGIN).get(asked, { userHandle: 'AAAA' });
        const input = { challenge: asked.challenge, credential };
        outcomes.push(
          outcome(await other.client().json<Answered>('POST', '/api/users/login/passkey', input)),
        );
      }
      expect(outcomes).toEqual([...Array<string>(3).fill('401 invalid_code'), '429 too_many_attempts']);
    } finally {
      await other.close();
    }
  });

  it.each(['http://192.0.2.7:8080', 'https://[2001:db8::7]'])(
    'are refused where people use the address %s, and everything else works',
    async (url) => {
      const other = await startApp({ PUBLIC_URL: url });
      try {
        const bob = await other.user();
        const options = await bob.json<Answered>('POST', '/api/auth/factors/passkeys/options');
        expect(outcome(options)).toBe('409 passkeys_unavailable');
        expect(options.body).toMatchObject({ detail: expect.stringContaining('PUBLIC_URL') });
        expect(outcome(await other.client().json<Answered>('POST', SIGN_IN))).toBe(
          '409 passkeys_unavailable',
        );
        expect((await bob.signIn()).status).toBe(200);
      } finally {
        await other.close();
      }
    },
  );
});

/** Runs `work` while the clock of this process is ahead. */
async function inFuture<T>(ms: number, work: () => Promise<T>): Promise<T> {
  const real = Date.now;
  Date.now = () => real() + ms;
  try {
    return await work();
  } finally {
    Date.now = real;
  }
}
