import { Injectable, Logger } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { AppConfig } from '../config/app-config.js';
import { render } from './letters/letter.js';
import { letterOf } from './letters/letters.js';
import { MailQueue, type TakenMail } from './mail-queue.js';
import { Outbox } from './outbox.js';
import { MailNotSent, Smtp } from './smtp.js';

/** Mails that are sent at the same time. */
const AT_ONCE = 4;
/** Mails that another process took in, and those that a killed process left, are found within this time. */
const LOOK_EVERY_MS = 10_000;

/** Sends the mails that wait. Every process has one. */
@Injectable()
export class Courier {
  readonly #logger = new Logger(Courier.name);
  readonly #sent: Counter;
  readonly #failed: Counter<'reason'>;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | null = null;
  #again = false;
  #running = false;

  constructor(
    private readonly queue: MailQueue,
    private readonly smtp: Smtp,
    private readonly config: AppConfig,
    outbox: Outbox,
    registry: Registry,
  ) {
    outbox.onPosted(() => this.poke());
    const registers = [registry];
    this.#sent = new Counter({ name: 'mails_sent_total', help: 'Mails that a server has taken.', registers });
    this.#failed = new Counter({
      name: 'mails_failed_total',
      help: 'Attempts to send a mail that failed: it is tried again (later), or never (refused, too_old).',
      labelNames: ['reason'],
      registers,
    });
  }

  /** Sends from now on. A command of the operator does not call it: its mails are left to the service. */
  start(): void {
    this.#running = this.config.mail !== null;
    this.poke();
  }

  /** Sends what is due, soon. It does not wait for it. */
  poke(): void {
    this.#again = true;
    if (this.#running) this.#round ??= this.#run().finally(() => this.#end());
  }

  /** Takes no more mails, and waits for those that are being sent. */
  async stop(): Promise<void> {
    this.#running = false;
    clearTimeout(this.#timer);
    await this.#round;
  }

  async #run(): Promise<void> {
    clearTimeout(this.#timer);
    let wait = LOOK_EVERY_MS;
    try {
      while (this.#again && this.#running) {
        this.#again = false;
        const taken = await this.queue.take(AT_ONCE);
        await Promise.all(taken.map((each) => this.#deliver(each)));
        if (taken.length === AT_ONCE) this.#again = true;
      }
      wait = Math.min(wait, (await this.queue.nextDueMs()) ?? wait);
    } catch (error) {
      this.#logger.error({ err: error as Error }, 'mails cannot be read or marked now; trying again soon');
    }
    if (this.#running) this.#timer = setTimeout(() => this.poke(), wait).unref();
  }

  /** A mail may have come in since the round looked for the last time. */
  #end(): void {
    this.#round = null;
    if (this.#again) this.poke();
  }

  async #deliver({ mail, content, token }: TakenMail): Promise<void> {
    if (content === null) return this.#fail(mail, new Error('unreadable'));
    const { recipient, facts } = content;
    if (recipient === null) return this.queue.remove(mail);
    try {
      const letter = letterOf(mail.letter).write(facts);
      await this.smtp.send(recipient, render(letter, this.config.http.publicUrl, token));
    } catch (error) {
      return this.#fail(mail, error);
    }
    this.#sent.inc();
    await this.queue.remove(mail);
  }

  async #fail(mail: TakenMail['mail'], error: unknown): Promise<void> {
    const forGood = error instanceof MailNotSent && error.forGood;
    if (forGood) await this.queue.remove(mail);
    const reason = await this.#reasonOf(mail, forGood);
    this.#failed.inc({ reason });
    const about = { mail_id: mail.id, letter: mail.letter, attempts: mail.attempts, reason };
    this.#logger.warn({ ...about, err: bare(error) }, 'a mail could not be sent');
  }

  async #reasonOf(mail: TakenMail['mail'], forGood: boolean): Promise<string> {
    if (forGood) return 'refused';
    return (await this.queue.postpone(mail)) ? 'later' : 'too_old';
  }
}

/** An error without what the server said: its answers often repeat the address. */
function bare(error: unknown): Error {
  const { code, command, responseCode } = ((error as Error).cause ?? error) as Record<
    string,
    string | undefined
  >;
  return new Error(
    [code, command, responseCode].filter((part) => part !== undefined).join(' ') || 'unknown fault',
  );
}
