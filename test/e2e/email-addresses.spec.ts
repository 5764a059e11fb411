import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { Session } from '../../src/auth/sessions/session.entity.js';
import { WRITING } from '../../src/database/transactions.js';
import { Courier } from '../../src/mail/courier.js';
import { MailedToken } from '../../src/mail/mailed-token.entity.js';
import { User } from '../../src/users/user.entity.js';
import { UsersService } from '../../src/users/users.service.js';
import { addAuthenticator } from '../support/authenticator.js';
import type { Client } from '../support/client.js';
import { Mailbox, tokenIn } from '../support/mailbox.js';
import { startApp, type TestApp } from '../support/test-app.js';
import { countMailsTo } from '../support/waiting-mails.js';

const NEW = 'a completely new passphrase';

describe('the e-mail address of an account', () => {
  let mailbox: Mailbox;
  let server: TestApp;
  let ada: Client;
  let users = 0;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    server = await startApp(mailbox.environment);
  });
  afterAll(async () => {
    await server.close();
    await mailbox.close();
  });
  beforeEach(async () => void (ada = await server.user(`ada-${++users}@example.org`)));

  const confirm = (token: string) =>
    server.client().json<{ code?: string }>('POST', '/api/auth/email-verification/confirm', { token });
  const profile = async () =>
    (await ada.json<{ email: string; email_verified: boolean }>('GET', '/api/users/me')).body;
  const change = (email: string) => ada.json<{ code?: string }>('POST', '/api/users/me/email', { email });

  it('is verified by a link that is good once', async () => {
    expect((await profile()).email_verified).toBe(false);
    expect((await ada.json('POST', '/api/auth/email-verification')).status).toBe(202);
    const token = tokenIn(await mailbox.received(ada.email));
    expect((await confirm(token)).status).toBe(204);
    expect((await profile()).email_verified).toBe(true);
    expect((await confirm(token)).body.code).toBe('invalid_token');
  });

  it('is not mailed again once it is verified', async () => {
    await ada.json('POST', '/api/auth/email-verification');
    await confirm(tokenIn(await mailbox.received(ada.email)));
    expect((await ada.json('POST', '/api/auth/email-verification')).status).toBe(202);
    const marker = await server.user(`marker-${users}@example.org`);
    await marker.json('POST', '/api/auth/email-verification');
    await mailbox.received(marker.email);
    expect(mailbox.to(ada.email)).toHaveLength(1);
  });

  it('changes when the link in the mail to the new address is opened, and the old one is told', async () => {
    const old = ada.email;
    const fresh = `new-${users}@example.org`;
    expect((await change(fresh)).status).toBe(202);
    expect((await profile()).email).toBe(old);
    expect((await confirm(tokenIn(await mailbox.received(fresh)))).status).toBe(204);
    expect(await profile()).toMatchObject({ email: fresh, email_verified: true });
    expect((await mailbox.received(old)).subject).toBe('Your e-mail address was changed');
    expect((await ada.signIn(fresh)).status).toBe(200);
    expect((await ada.signIn(old)).status).toBe(401);
  });

  it('answers the same when somebody else has the new address, and sends nothing', async () => {
    const bob = await server.user(`bob-${users}@example.org`);
    const taken = await change(bob.email);
    const free = await change(`free-${users}@example.org`);
    expect([taken.status, taken.body]).toEqual([free.status, free.body]);
    await mailbox.received(`free-${users}@example.org`);
    expect(mailbox.to(bob.email)).toEqual([]);
  });

  it('is refused when somebody registered it before the link was opened', async () => {
    const fresh = `raced-${users}@example.org`;
    await change(fresh);
    const token = tokenIn(await mailbox.received(fresh));
    await server.user(fresh);
    const { status, body } = await confirm(token);
    expect([status, body.code]).toEqual([409, 'email_taken']);
  });

  it('makes an earlier link for another address useless', async () => {
    await change(`first-${users}@example.org`);
    const first = tokenIn(await mailbox.received(`first-${users}@example.org`));
    await change(`second-${users}@example.org`);
    await mailbox.received(`second-${users}@example.org`);
    expect((await confirm(first)).body.code).toBe('invalid_token');
  });

  describe.each([
    {
      cause: 'a new password',
      send: () =>
        ada.json('POST', '/api/users/me/password', { current_password: ada.password, new_password: NEW }),
    },
    { cause: 'the end of all other sessions', send: () => ada.json('DELETE', '/api/auth/sessions') },
  ])('after $cause', ({ send }) => {
    it('cannot be changed by a link from before, and no link from before resets the password', async () => {
      const thief = `thief-${users}@example.org`;
      await change(thief);
      const toThief = tokenIn(await mailbox.received(thief));
      await server.client().json('POST', '/api/auth/password-reset', { email: ada.email });
      const reset = tokenIn(await mailbox.received(ada.email));
      expect((await send()).status).toBe(204);
      expect((await confirm(toThief)).body.code).toBe('invalid_token');
      const { body: refused } = await server
        .client()
        .json<{ code?: string }>('POST', '/api/auth/password-reset/confirm', { token: reset, password: NEW });
      expect(refused.code).toBe('invalid_token');
      expect((await profile()).email).toBe(ada.email);
    });
  });

  describe('while mails to the new address are put off', () => {
    const late = () => `late-${users}@example.org`;
    const left = async () => [
      await countMailsTo(server, late()),
      await server.app.get(DataSource).getRepository(MailedToken).countBy({ email: late() }),
    ];
    beforeEach(async () => {
      mailbox.manner = 'defers';
      await change(late());
      while (!mailbox.tried.includes(late())) await delay(20);
      mailbox.manner = 'takes';
      // The courier has made a token, and will make another when it tries again.
      expect(await left()).toEqual([1, 1]);
    });

    it('ends such a mail, and its token, with a reset', async () => {
      await server.client().json('POST', '/api/auth/password-reset', { email: ada.email });
      const token = tokenIn(await mailbox.received(ada.email));
      await server.client().json('POST', '/api/auth/password-reset/confirm', { token, password: NEW });
      expect(await left()).toEqual([0, 0]);
    });

    it('ends it when another address takes its place, and never sends it', async () => {
      await change(`other-${users}@example.org`);
      expect(await left()).toEqual([0, 0]);
      await server.app.get<DataSource>(WRITING).query('UPDATE mails SET due_at = created_at');
      server.app.get(Courier).poke();
      expect((await confirm(tokenIn(await mailbox.received(`other-${users}@example.org`)))).status).toBe(204);
      expect(mailbox.to(late())).toEqual([]);
    });
  });

  it('gets no link from a session that ends meanwhile', async () => {
    const service = server.app.get(UsersService);
    const findByEmail = service.findByEmail.bind(service);
    service.findByEmail = async (email) => {
      await server.app
        .get<DataSource>(WRITING)
        .getRepository(Session)
        .update({ userId: ada.userId }, { endedAt: new Date().toISOString() });
      return findByEmail(email);
    };
    try {
      expect((await change(`after-${users}@example.org`)).status).toBe(401);
    } finally {
      service.findByEmail = findByEmail;
    }
    expect(await countMailsTo(server, `after-${users}@example.org`)).toBe(0);
  });

  it('is asked about at most twenty times an hour by one account, so that it relays no mails', async () => {
    const statuses: number[] = [];
    for (let turn = 0; turn < 21; turn++)
      statuses.push((await change(`stranger-${users}-${turn}@example.org`)).status);
    expect(statuses).toEqual([...Array<number>(20).fill(202), 429]);
    const refused = await ada.json<{ code?: string }>('POST', '/api/auth/email-verification');
    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited']);
  });

  it('cannot be changed by a link for a password', async () => {
    await server.client().json('POST', '/api/auth/password-reset', { email: ada.email });
    const token = tokenIn(await mailbox.received(ada.email));
    expect((await confirm(token)).body.code).toBe('invalid_token');
  });

  describe('with a session that was opened long ago', () => {
    beforeEach(async () => {
      const before = new Date(Date.now() - 11 * 60_000).toISOString();
      await server.app
        .get<DataSource>(WRITING)
        .getRepository(Session)
        .update({ userId: ada.userId }, { confirmedAt: before });
    });

    it('wants the session confirmed first', async () => {
      const refused = await ada.json('POST', '/api/users/me/email', { email: `x-${users}@example.org` });
      expect(refused.status).toBe(403);
      expect(refused.body).toMatchObject({ code: 'confirmation_required', methods: ['password'] });
      expect((await ada.json('POST', '/api/auth/confirm', { password: ada.password })).status).toBe(204);
      expect((await change(`x-${users}@example.org`)).status).toBe(202);
    });

    it('wants it for new API keys too, and says so in the trail', async () => {
      const make = () => ada.json('POST', '/api/auth/keys', { name: 'backup', scopes: ['files:read'] });
      expect((await make()).body).toMatchObject({ code: 'confirmation_required' });
      const wrong = await ada.json('POST', '/api/auth/confirm', { password: 'wrong passphrase' });
      expect([wrong.status, wrong.body.code]).toEqual([403, 'wrong_password']);
      expect((await make()).status).toBe(403);
      await ada.json('POST', '/api/auth/confirm', { password: ada.password });
      expect((await make()).status).toBe(201);
      const trail = await ada.trail('&action=SESSION_CONFIRM');
      expect(trail.map(({ outcome }) => outcome)).toEqual(['success', 'denied']);
    });

    it('counts wrong passwords as failed sign-ins', async () => {
      for (let wrong = 0; wrong < 10; wrong++)
        await ada.json('POST', '/api/auth/confirm', { password: `wrong ${wrong}` });
      const { status, body } = await ada.json('POST', '/api/auth/confirm', { password: ada.password });
      expect([status, body.code]).toEqual([429, 'too_many_attempts']);
    });
  });

  describe('notices', () => {
    const verify = () =>
      server.app
        .get<DataSource>(WRITING)
        .getRepository(User)
        .update(ada.userId, { emailVerifiedAt: new Date().toISOString() });

    it('have no words of the holder where nobody verified the address', async () => {
      const SPAM = 'You have won: http://prize.example';
      await ada.json('POST', '/api/auth/keys', { name: SPAM, scopes: ['files:read'] });
      const login = { email: ada.email, password: ada.password };
      await ada.json('POST', '/api/users/login', login, { 'user-agent': SPAM });
      await addAuthenticator(ada);
      await mailbox.received(ada.email, 3);
      const told = mailbox.to(ada.email);
      expect(told.map(({ subject }) => subject).sort()).toEqual([
        'A new API key was made',
        'A second factor was added',
        'New sign-in to your account',
      ]);
      for (const { text, html } of told) expect(`${text} ${String(html)}`).not.toMatch(/prize|undefined/);
    });

    it('tell of a sign-in from a new device, and not of one from a known device', async () => {
      await verify();
      await ada.signIn();
      const from = (agent: string) =>
        ada.json(
          'POST',
          '/api/users/login',
          { email: ada.email, password: ada.password },
          { 'user-agent': agent },
        );
      await from('Phone/1.0');
      const notice = await mailbox.received(ada.email);
      expect(notice.subject).toBe('New sign-in to your account');
      expect(notice.text).toContain('Device: Phone/1.0');
      await from('Phone/1.1');
      await from('Tablet/3');
      expect((await mailbox.received(ada.email, 2)).text).toContain('Tablet/3');
    });

    it('tell of a new API key, with its name written harmlessly', async () => {
      await verify();
      await ada.json('POST', '/api/auth/keys', { name: '<b>backup</b> & "more"', scopes: ['files:read'] });
      const notice = await mailbox.received(ada.email);
      expect(notice.subject).toBe('A new API key was made');
      expect(notice.html).toContain('&lt;b&gt;backup&lt;/b&gt; &amp;');
      expect(notice.html).not.toContain('<b>backup');
    });
  });
});
