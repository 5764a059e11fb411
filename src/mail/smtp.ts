import { Injectable } from '@nestjs/common';
import { createTransport } from 'nodemailer';
import { within } from '../common/within.js';
import { AppConfig, type MailConfig } from '../config/app-config.js';
import type { RenderedLetter } from './letters/letter.js';

/** RFC 8314, sections 3.3 and 7.3. */
const DEFAULT_PORT = { smtp: 587, smtps: 465 } as const;
const CONNECT_MS = 10_000;
const SILENCE_MS = 20_000;
/** For a whole attempt. Less than the lease of a mail. */
const ATTEMPT_MS = 60_000;

/** The server did not take a mail. */
export class MailNotSent extends Error {
  /** @param forGood true when the server will never take it for this recipient (RFC 5321, section 4.2.1: 5yz). */
  constructor(
    readonly forGood: boolean,
    cause: unknown,
  ) {
    super('the mail server did not take a mail', { cause });
    this.name = 'MailNotSent';
  }
}

/** What nodemailer tells of a failure. */
interface SmtpFailure {
  readonly command?: string;
  readonly responseCode?: number;
}

/** Sends mails over SMTP, with STARTTLS where the server offers it (`smtp://`), or TLS from the start (`smtps://`). */
@Injectable()
export class Smtp {
  constructor(private readonly config: AppConfig) {}

  /** @throws {MailNotSent}. */
  async send(to: string, letter: RenderedLetter): Promise<void> {
    const { mail } = this.config;
    if (mail === null) throw new Error('SMTP_URL is not set');
    const transport = createTransport(optionsOf(mail));
    try {
      await within(
        ATTEMPT_MS,
        transport.sendMail({
          // An object, so that no part of the address is parsed as a list or a name.
          to: { name: '', address: to },
          from: mail.from,
          ...letter,
          headers: { 'Auto-Submitted': 'auto-generated' },
          disableFileAccess: true,
          disableUrlAccess: true,
        }),
      );
    } catch (error) {
      const { command, responseCode = 0 } = error as SmtpFailure;
      const aboutRecipient = command === 'RCPT TO' || command === 'DATA';
      throw new MailNotSent(aboutRecipient && responseCode >= 500, error);
    } finally {
      transport.close();
    }
  }
}

function optionsOf(mail: MailConfig) {
  const url = new URL(mail.url.export().toString());
  const secure = url.protocol === 'smtps:';
  const user = decodeURIComponent(url.username);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || DEFAULT_PORT[secure ? 'smtps' : 'smtp']),
    secure,
    // A password goes over an encrypted connection only.
    requireTLS: user !== '',
    auth: user === '' ? undefined : { user, pass: decodeURIComponent(url.password) },
    tls: { minVersion: 'TLSv1.2' as const },
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
  };
}
