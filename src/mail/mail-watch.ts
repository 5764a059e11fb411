import { Injectable } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { ReadinessChecks } from '../common/lifecycle/readiness-check.js';
import { AppConfig } from '../config/app-config.js';
import { MailQueue } from './mail-queue.js';

/** A mail that waits longer than this shows in `/ready`. */
const LATE_SECONDS = 900;

/** Tells the operator how many mails wait, and for how long. */
@Injectable()
export class MailWatch {
  constructor(
    private readonly queue: MailQueue,
    config: AppConfig,
    registry: Registry,
    checks: ReadinessChecks,
  ) {
    if (config.mail === null) return;
    checks.registerOptional('mail', () => this.#check());
    const gauge = (name: string, help: string, read: () => Promise<number>) =>
      new Gauge({
        name,
        help,
        registers: [registry],
        async collect() {
          this.set(await read());
        },
      });
    gauge('mails_waiting', 'Mails that wait to be sent.', async () => (await queue.waiting()).count);
    gauge(
      'mail_oldest_waiting_seconds',
      'Age of the oldest mail that waits.',
      async () => (await queue.waiting()).oldestSeconds,
    );
  }

  async #check(): Promise<string | void> {
    const { count, oldestSeconds } = await this.queue.waiting();
    if (oldestSeconds > LATE_SECONDS)
      return `${count} mails wait, the oldest for ${Math.round(oldestSeconds / 60)} min`;
  }
}
