import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { PasswordHasher } from '../../src/auth/passwords/password-hasher.js';
import { foldEmail } from '../../src/common/input/email-address.js';
import { WRITING } from '../../src/database/transactions.js';
import { ResetLinks } from '../../src/auth/recovery/reset-links.js';
import { Mail } from '../../src/mail/mail.entity.js';
import { MailedToken } from '../../src/mail/mailed-token.entity.js';
import { User } from '../../src/users/user.entity.js';
import type { Client } from '../support/client.js';
import { Mailbox, tokenIn } from '../support/mailbox.js';
import { startApp, type TestApp } from '../support/test-app.js';
import { countMailsTo } from '../support/waiting-mails.js';

const NEW = 'a completely new passphrase';

describe('forgotten passwords', () => {
  let mailbox: Mailbox;
  let server: TestApp;
  let ada: Client;
  let users = 0;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    server = await startApp({ ...mailbox.environment, PUBLIC_URL: 'https://files.example.org' });
  });
  afterAll(async () => {
    await server.close();
    await mailbox.close();
  });
  beforeEach(async () => void (ada = await server.user(`ada-${++users}@example.org`)));

  const ask = (email: string) =>
    server.client().json<{ code?: string }>('POST', '/api/auth/password-reset', { email });
  const confirm = (token: string, password = NEW) =>
    server.client().json<{ code?: string }>('POST', '/api/auth/password-reset/confirm', { token, password });
  const link = async (count = 1) => {
    expect((await ask(ada.email)).status).toBe(202);
    return tokenIn(await mailbox.received(ada.email, count));
  };

  it('mails a link that sets a new password, once', async () => {
    const token = await link();
    const other = await ada.signIn();
    expect((await confirm(token)).status).toBe(204);
    expect((await ada.json('GET', '/api/users/me')).status).toBe(401);
    expect(
      (await ada.json('POST', '/api/auth/refresh', { refresh_token: other.body.refresh_token })).status,
    ).toBe(401);
    expect((await ada.signIn()).status).toBe(401);
    expect((await ada.signIn(ada.email, NEW)).status).toBe(200);
    const again = await confirm(token, 'yet another passphrase');
    expect([again.status, again.body.code]).toEqual([400, 'invalid_token']);
  });

  it('writes a mail that people can read, as text and HTML, with the token behind the #', async () => {
    const token = await link();
    const [mail] = mailbox.to(ada.email);
    expect(mail!.from!.text).toBe('"Files" <files@example.org>');
    expect(mail!.subject).toBe('Choose a new password');
    expect(mail!.text).toContain(`https://files.example.org/reset#token=${token}`);
    expect(mail!.html).toContain(`href="https://files.example.org/reset#token=${token}"`);
    expect(mail!.headers.get('auto-submitted')).toBe('auto-generated');
  });

  it('answers the same for an address that nobody has, and sends nothing', async () => {
    const [known, unknown] = [await ask(ada.email), await ask('nobody@example.org')];
    expect([unknown.status, unknown.body]).toEqual([known.status, known.body]);
    await mailbox.received(ada.email);
    expect(mailbox.to('nobody@example.org')).toEqual([]);
  });

  it('sends at most five mails an hour to one address', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask(ada.email)));
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(202));
    await mailbox.received(ada.email, 5);
    // The mail of another user is sent after them.
    const marker = await server.user('marker@example.org');
    await ask(marker.email);
    await mailbox.received(marker.email);
    expect(mailbox.to(ada.email)).toHaveLength(5);
  });

  it('counts all spellings of one mailbox together', async () => {
    // Accounts from before there was one spelling for a new one.
    const spellings = [
      `m${users}@vic\u00adtim.example`,
      `"m\\${users}"@victim.example`,
      `m${users}@victim.example`,
    ];
    for (const email of spellings) {
      const { userId } = await server.user();
      const rows = server.app.get<DataSource>(WRITING).getRepository(User);
      await rows.update(userId, { email, emailFolded: foldEmail(email) });
      for (let turn = 0; turn < 3; turn++) expect((await ask(email)).status).toBe(202);
    }
    const database = server.app.get(DataSource);
    while ((await database.getRepository(Mail).countBy({ letter: 'password_reset' })) > 0) await delay(20);
    expect(mailbox.tried.filter((address) => address.endsWith('ictim.example'))).toHaveLength(5);
  });

  it('lets one of two parallel uses of a token win', async () => {
    const token = await link();
    const statuses = await Promise.all([confirm(token), confirm(token, 'yet another passphrase')]);
    expect(statuses.map(({ status }) => status).sort()).toEqual([204, 400]);
  });

  it('ends every other link of the account', async () => {
    const [first, second] = [await link(1), await link(2)];
    expect((await confirm(second)).status).toBe(204);
    expect((await confirm(first, 'yet another passphrase')).body.code).toBe('invalid_token');
  });

  it('makes no hash for invented tokens, however many', async () => {
    const hashed = jest.spyOn(server.app.get(PasswordHasher), 'hash');
    const answers = await Promise.all(Array.from({ length: 50 }, (_, turn) => confirm(`invented-${turn}`)));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.code}`))).toEqual(
      new Set(['400 invalid_token']),
    );
    expect(hashed).not.toHaveBeenCalled();
    hashed.mockRestore();
  });

  it('refuses a weak password, and the link stays good', async () => {
    const token = await link();
    for (const weak of ['short', 'password123', ada.email]) {
      const { status, body } = await confirm(token, weak);
      expect([weak, status, body.code]).toEqual([weak, 400, 'validation_failed']);
    }
    expect((await confirm(token)).status).toBe(204);
  });

  it.each(['', 'x', 'A'.repeat(43), '%00', '🔑'])('refuses the invented token %j', async (token) => {
    const { status, body } = await confirm(token);
    expect([status, body.code]).toEqual([400, 'invalid_token']);
  });

  it('lets the owner in again after others have guessed wrong', async () => {
    for (let wrong = 0; wrong < 10; wrong++) await ada.signIn(ada.email, `wrong guess ${wrong}`);
    expect((await ada.signIn()).status).toBe(429);
    expect((await confirm(await link())).status).toBe(204);
    expect((await ada.signIn(ada.email, NEW)).status).toBe(200);
  });

  it('treats a disabled user as unknown', async () => {
    const admin = await server.userWithRole('admin');
    const manage = (action: string) => admin.json('POST', `/api/admin/users/${ada.userId}/${action}`);
    const token = await link();
    await manage('disable');
    expect((await confirm(token)).body.code).toBe('invalid_token');
    expect((await ask(ada.email)).status).toBe(202);
    const { userId, email } = ada;
    // As the operator makes it: links of disabled users come in no other way.
    const made = await server.app.get(ResetLinks).make(email);
    expect((await confirm(made.split('#token=')[1]!)).body.code).toBe('invalid_token');
    const database = server.app.get(DataSource);
    expect(await database.getRepository(Mail).countBy({ userId })).toBe(0);
    await manage('enable');
    expect((await confirm(token)).body.code).toBe('invalid_token');
    expect((await ada.signIn()).status).toBe(200);
  });

  it('records the request and the reset in the trail, without the token', async () => {
    const token = await link();
    await confirm(token);
    await ada.signIn(ada.email, NEW).then(({ body }) => Object.assign(ada, { token: body.token }));
    const trail = await ada.trail('&action=PASSWORD_*');
    expect(trail.map(({ action, outcome }) => [action, outcome])).toEqual([
      ['PASSWORD_RESET', 'success'],
      ['PASSWORD_RESET_REQUEST', 'success'],
    ]);
    expect(JSON.stringify(trail)).not.toContain(token);
    expect(server.log.join('')).not.toContain(token);
  });

  it('tells the owner by mail that the password was changed', async () => {
    await confirm(await link());
    const notice = await mailbox.received(ada.email, 2);
    expect(notice.subject).toBe('Your password was changed');
    expect(notice.text).toContain('127.0.0.1');
  });

  it('keeps no token in plain and nothing of the mail once it was sent', async () => {
    const token = await link();
    const database = server.app.get(DataSource);
    while ((await countMailsTo(server, ada.email)) > 0) await delay(20);
    const tokens = await database.getRepository(MailedToken).findBy({ userId: ada.userId });
    expect(tokens).toHaveLength(1);
    expect(JSON.stringify(tokens)).not.toContain(token);
  });

  it('removes waiting mails and links with the account', async () => {
    mailbox.manner = 'defers';
    try {
      expect((await ask(ada.email)).status).toBe(202);
      expect((await ada.json('DELETE', '/api/users/me', { password: ada.password })).status).toBe(204);
    } finally {
      mailbox.manner = 'takes';
    }
    const database = server.app.get(DataSource);
    for (const entity of [Mail, MailedToken])
      expect(await database.getRepository(entity).countBy({ userId: ada.userId })).toBe(0);
  });
});

describe('a service without mail', () => {
  let server: TestApp;
  beforeAll(async () => void (server = await startApp()));
  afterAll(() => server.close());

  it('says that it sends no mail, for known and unknown addresses alike', async () => {
    const user = await server.user();
    for (const email of [user.email, 'nobody@example.org']) {
      const { status, body } = await server.client().json('POST', '/api/auth/password-reset', { email });
      expect([status, body.code]).toEqual([503, 'mail_unavailable']);
    }
  });
});
