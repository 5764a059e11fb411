import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/** How the server behaves: takes mails, refuses every recipient or for now, never answers, or hangs up in the middle. */
export type Manner = 'takes' | 'refuses' | 'defers' | 'stalls' | 'drops';

/** A real SMTP server for tests, with what it has taken. */
export class Mailbox {
  manner: Manner = 'takes';
  /** How often a mail came as far as its recipient. */
  attempts = 0;
  /** The recipients of these attempts. */
  readonly tried: string[] = [];
  readonly #mails: ParsedMail[] = [];
  readonly #server: SMTPServer;

  private constructor(credentials: { user: string; pass: string } | null) {
    this.#server = new SMTPServer({
      authOptional: credentials === null,
      // Sockets of this test are local: STARTTLS is offered with the server's own certificate.
      disabledCommands: credentials === null ? ['AUTH', 'STARTTLS'] : [],
      logger: false,
      onAuth: ({ username, password }, _session, done) =>
        username === credentials?.user && password === credentials?.pass
          ? done(null, { user: username })
          : done(new Error('wrong credentials')),
      onRcptTo: ({ address }, session, done) => {
        this.attempts += 1;
        this.tried.push(address);
        if (this.manner === 'stalls') return;
        if (this.manner === 'drops') return void this.#hangUp();
        if (this.manner === 'takes') return done();
        const code = this.manner === 'refuses' ? 550 : 450;
        done(Object.assign(new Error(`mailbox of ${session.id} is not available`), { responseCode: code }));
      },
      onData: (stream, _session, done) => {
        void simpleParser(stream).then((mail) => {
          this.#mails.push(mail);
          done();
        });
      },
    });
    this.#server.on('error', () => undefined);
  }

  static async open(credentials: { user: string; pass: string } | null = null): Promise<Mailbox> {
    const mailbox = new Mailbox(credentials);
    const listening = mailbox.#server.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    return mailbox;
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port;
  }

  /** The environment of a service that sends its mails here. */
  get environment(): Record<string, string> {
    return { SMTP_URL: `smtp://127.0.0.1:${this.port}`, MAIL_FROM: 'Files <files@example.org>' };
  }

  /** All mails so far to this address. */
  to(address: string): ParsedMail[] {
    return this.#mails.filter(({ to }) =>
      (Array.isArray(to) ? to : [to]).some((list) => list?.text === address),
    );
  }

  /** Waits for the mail number `count` to this address. */
  async received(address: string, count = 1): Promise<ParsedMail> {
    while (this.to(address).length < count) await delay(20);
    return this.to(address)[count - 1]!;
  }

  async close(): Promise<void> {
    this.#hangUp();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #hangUp(): void {
    const { connections } = this.#server as unknown as { connections: Set<{ _socket: { destroy(): void } }> };
    for (const { _socket: socket } of connections) socket.destroy();
  }
}

/** The token in the link of a mail. */
export function tokenIn({ text = '' }: ParsedMail): string {
  const [, token] = /#token=([\w-]+)/.exec(text) ?? [];
  if (token === undefined) throw new Error(`no link in: ${text}`);
  return token;
}
