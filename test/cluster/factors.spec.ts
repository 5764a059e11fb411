import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ParsedMail } from 'mailparser';
import { setTimeout as delay } from 'node:timers/promises';
import { addAuthenticator, type Authenticator } from '../support/authenticator.js';
import { Client } from '../support/client.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { Mailbox, tokenIn } from '../support/mailbox.js';
import { addPasskey, askForPasskey, type SoftwarePasskey } from '../support/passkey.js';

const USES = 40;
const ORIGIN = 'https://files.example.org';

describe('three processes and a code that works once', () => {
  let mailbox: Mailbox;
  let cluster: Cluster;
  let ada: Client;
  let app: Authenticator;
  let recoveryCodes: string[];
  let passkeys: SoftwarePasskey[];
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    cluster = await startCluster({
      // So that neither the accounts' nor the address's limit of failures decides which use wins.
      environment: {
        ...mailbox.environment,
        PUBLIC_URL: ORIGIN,
        LOGIN_FAILURES_PER_ACCOUNT: '0',
        LOGIN_FAILURES_PER_ADDRESS: '0',
      },
    });
    ada = await cluster.user();
    ({ app, recoveryCodes } = await addAuthenticator(ada));
    // One that counts its signatures, and one that does not.
    const added = [await addPasskey(ada, ORIGIN), await addPasskey(ada, ORIGIN, false)];
    passkeys = added.map(({ passkey }) => passkey);
  });
  afterAll(async () => {
    await cluster.stop();
    await mailbox.close();
  });

  const at = (index: number) => new Client(cluster.instances[index % cluster.instances.length]!.url);

  /** A sign-in that waits for the factor, at this instance. */
  async function challenge(index: number): Promise<string> {
    for (;;) {
      const { email, password } = ada;
      const { body } = await at(index).json<{ challenge?: string }>('POST', '/api/users/login', {
        email,
        password,
      });
      if (body.challenge !== undefined) return body.challenge;
    }
  }

  /** Sends one proof with many challenges at all instances at once. @returns how many signed in. */
  async function signIns(proof: object): Promise<number> {
    const challenges: string[] = [];
    for (let use = 0; use < USES; use += 4) challenges.push(await challenge(use));
    const answers = await Promise.all(
      Array.from({ length: USES }, (_, use) =>
        at(use).json('POST', '/api/users/login/second-factor', { challenge: challenges[use >> 2], ...proof }),
      ),
    );
    return answers.filter(({ status }) => status === 200).length;
  }

  it(`let one of ${USES} parallel uses of a code of an app sign in`, async () => {
    expect(await signIns({ code: app.next() })).toBe(1);
  });

  it(`let one of ${USES} parallel uses of a recovery code sign in`, async () => {
    expect(await signIns({ recovery_code: recoveryCodes[0] })).toBe(1);
  });

  it(`let one of ${USES} parallel uses of an answer of a passkey sign in`, async () => {
    for (const passkey of passkeys) {
      // Any process knows the challenges of the others.
      const asked = await askForPasskey(at(0), '/api/users/login/passkey/options');
      const input = { challenge: asked.challenge, credential: passkey.get(asked) };
      const answers = await Promise.all(
        Array.from({ length: USES }, (_, use) =>
          at(use + 1).json<{ code?: string }>('POST', '/api/users/login/passkey', input),
        ),
      );
      const codes = answers.filter(({ status }) => status !== 200).map(({ body }) => body.code);
      expect(codes).toEqual(Array<string>(USES - 1).fill('invalid_challenge'));
    }
    const trail = await ada.trail('&action=FACTOR_COPY_SUSPECTED');
    expect(trail).toEqual([]);
  });

  it(`let one of ${USES} parallel uses of a passkey as second factor sign in`, async () => {
    for (const passkey of passkeys) {
      const { email, password } = ada;
      const { body } = await at(1).json<{ challenge: string; options: { challenge: string } }>(
        'POST',
        '/api/users/login',
        { email, password },
      );
      const input = { challenge: body.challenge, credential: passkey.get(body) };
      const answers = await Promise.all(
        Array.from({ length: USES }, (_, use) =>
          at(use).json('POST', '/api/users/login/second-factor', input),
        ),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    }
  });

  /** The mail with the link, among the notices that signing in has caused. */
  async function resetMail(): Promise<ParsedMail> {
    for (;;) {
      const mail = mailbox.to(ada.email).find(({ subject }) => subject === 'Choose a new password');
      if (mail !== undefined) return mail;
      await delay(50);
    }
  }

  it('send a mail once, and let one of many parallel uses of its link win', async () => {
    await at(0).json('POST', '/api/auth/password-reset', { email: ada.email });
    const token = tokenIn(await resetMail());
    const uses = Array.from({ length: 6 }, (_, use) =>
      at(use).json('POST', '/api/auth/password-reset/confirm', {
        token,
        password: `another passphrase ${use}`,
      }),
    );
    const statuses = (await Promise.all(uses)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
    expect(mailbox.to(ada.email).filter(({ subject }) => subject === 'Choose a new password')).toHaveLength(
      1,
    );
  });
});
