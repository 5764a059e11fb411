import { afterEach, describe, expect, it } from '@jest/globals';
import { createSecretKey } from 'node:crypto';
import type { AppConfig } from '../../src/config/app-config.js';
import { render } from '../../src/mail/letters/letter.js';
import { MailNotSent, Smtp } from '../../src/mail/smtp.js';
import { Mailbox } from '../support/mailbox.js';

const LETTER = render(
  { subject: 'Hello', paragraphs: ['text'], closing: 'bye' },
  'https://files.example.org',
  null,
);

describe('Smtp', () => {
  let mailbox: Mailbox | null = null;
  afterEach(async () => {
    await mailbox?.close();
    mailbox = null;
  });

  const smtpAt = (url: string) =>
    new Smtp({
      mail: { url: createSecretKey(Buffer.from(url)), from: 'files@example.org' },
    } as unknown as AppConfig);
  const fault = (sent: Promise<void>) =>
    sent.then(
      () => null,
      (error: unknown) => error as MailNotSent,
    );

  it('hands a mail to the server', async () => {
    mailbox = await Mailbox.open();
    await smtpAt(`smtp://127.0.0.1:${mailbox.port}`).send('ada@example.org', LETTER);
    expect(mailbox.to('ada@example.org')[0]?.text).toContain('text');
  });

  it('keeps a mail for later when the server defers it, and gives it up when the server refuses it', async () => {
    mailbox = await Mailbox.open();
    const smtp = smtpAt(`smtp://127.0.0.1:${mailbox.port}`);
    mailbox.manner = 'defers';
    expect(await fault(smtp.send('ada@example.org', LETTER))).toMatchObject({ forGood: false });
    mailbox.manner = 'refuses';
    expect(await fault(smtp.send('ada@example.org', LETTER))).toMatchObject({ forGood: true });
  });

  it('gives no password to a server that it cannot trust', async () => {
    mailbox = await Mailbox.open({ user: 'user', pass: 'secret' });
    // The certificate of the test's server is signed by itself.
    const smtp = smtpAt(`smtp://user:secret@127.0.0.1:${mailbox.port}`);
    const error = await fault(smtp.send('ada@example.org', LETTER));
    expect(error).toBeInstanceOf(MailNotSent);
    expect(error?.forGood).toBe(false);
    expect(mailbox.to('ada@example.org')).toEqual([]);
  });

  it('gives no password to a server without encryption', async () => {
    mailbox = await Mailbox.open();
    const error = await fault(
      smtpAt(`smtp://user:secret@127.0.0.1:${mailbox.port}`).send('a@example.org', LETTER),
    );
    expect(error?.forGood).toBe(false);
    expect(mailbox.attempts).toBe(0);
  });

  it.each(['smtp://127.0.0.1:1', 'smtps://127.0.0.1:1', 'smtp://[::1]:1'])(
    'keeps a mail while %s is away',
    async (url) => {
      expect(await fault(smtpAt(url).send('ada@example.org', LETTER))).toMatchObject({ forGood: false });
    },
  );

  it('parses no part of an address as a name or a list', async () => {
    mailbox = await Mailbox.open();
    const smtp = smtpAt(`smtp://127.0.0.1:${mailbox.port}`);
    await fault(smtp.send('"a, b@example.org"@example.net', LETTER));
    expect(mailbox.to('b@example.org')).toEqual([]);
  });
});
