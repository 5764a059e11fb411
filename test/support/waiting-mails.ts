import { DataSource } from 'typeorm';
import { MailContents } from '../../src/mail/mail-contents.js';
import { Mail } from '../../src/mail/mail.entity.js';
import type { TestApp } from './test-app.js';

/** How many mails wait for a recipient, whom their rows do not name in an encrypted installation. */
export async function countMailsTo({ app }: TestApp, recipient: string): Promise<number> {
  const mails = await app.get(DataSource).getRepository(Mail).find();
  const contents = app.get(MailContents);
  return mails.filter((mail) => contents.open(mail).recipient === recipient).length;
}
