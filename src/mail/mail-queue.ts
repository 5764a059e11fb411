import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, LessThanOrEqual, Not, Repository } from 'typeorm';
import { fromNow, now } from '../common/time.js';
import { findForUpdate } from '../database/find-for-update.js';
import { Transactions } from '../database/transactions.js';
import { Unsealable } from '../encryption/unsealable.js';
import { letterOf } from './letters/letters.js';
import { type MailContent, MailContents } from './mail-contents.js';
import { Mail } from './mail.entity.js';
import { MailedTokens } from './mailed-tokens.js';

/** Longer than one attempt can take. A process that ends within it leaves the mail to another. */
const LEASE_MS = 120_000;
const FIRST_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 6 * 3_600_000;
const GIVE_UP_AFTER_MS = 3 * 24 * 3_600_000;

/** A mail that this process may send now, with the token of its link. */
export interface TakenMail {
  readonly mail: Mail;
  /** Null when it cannot be opened. */
  readonly content: MailContent | null;
  /** Null when the letter has no link. */
  readonly token: string | null;
}

/** What is waiting, for metrics and `/ready`. */
export interface Waiting {
  readonly count: number;
  /** In seconds. 0 when nothing waits. */
  readonly oldestSeconds: number;
}

/**
 * The mails that wait. A mail is taken by one process at a time. A process that is killed leaves its mails, which are
 * taken again after two minutes: a mail is sent at least once.
 */
@Injectable()
export class MailQueue {
  readonly #logger = new Logger(MailQueue.name);

  constructor(
    @InjectRepository(Mail) private readonly mails: Repository<Mail>,
    private readonly tokens: MailedTokens,
    private readonly contents: MailContents,
    private readonly transactions: Transactions,
  ) {}

  /**
   * Takes up to `count` mails that are due. The token of a link is made in the same transaction, which holds the mail: a
   * mail that was withdrawn (`MailedTokens.end`) gets none.
   */
  take(count: number): Promise<TakenMail[]> {
    return this.transactions.run(async (tx) => {
      const due = { dueAt: LessThanOrEqual(now()) };
      const found = await findForUpdate(tx, Mail, due, { order: { dueAt: 'ASC' }, take: count });
      const taken: TakenMail[] = [];
      for (const { id, ...row } of found) {
        const lease = { attempts: row.attempts + 1, dueAt: fromNow(LEASE_MS) };
        await tx.update(Mail, { id }, lease);
        const mail = { id, ...row, ...lease };
        const { token } = letterOf(mail.letter);
        const content = this.#contentOf(mail);
        const { userId } = mail;
        const email = content?.recipient ?? null;
        const linked = token !== undefined && userId !== null && email !== null;
        taken.push({
          mail,
          content,
          token: linked ? await this.tokens.issue(tx, { userId, email }, token, id) : null,
        });
      }
      return taken;
    });
  }

  #contentOf(mail: Mail): MailContent | null {
    try {
      return this.contents.open(mail);
    } catch (error) {
      if (!(error instanceof Unsealable)) throw error;
      this.#logger.error({ err: error }, 'a mail cannot be read, so it cannot be sent');
      return null;
    }
  }

  /** The mail was sent, or can never be. */
  async remove({ id }: Mail): Promise<void> {
    await this.transactions.run(async (tx) => void (await tx.delete(Mail, { id })));
  }

  /**
   * The mail could not be sent now. It is tried again after a minute, then after twice as long each time, up to six
   * hours, for three days. @returns false when the three days are over and the mail was removed.
   */
  async postpone(mail: Mail): Promise<boolean> {
    const { id, attempts, dueAt } = mail;
    if (mail.createdAt < fromNow(-GIVE_UP_AFTER_MS)) {
      await this.remove(mail);
      return false;
    }
    const wait = Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LONGEST_RETRY_MS);
    await this.transactions.run(
      async (tx) => void (await tx.update(Mail, { id, dueAt }, { dueAt: fromNow(wait) })),
    );
    return true;
  }

  /** In how many milliseconds the next mail is due. Null when none waits. */
  async nextDueMs(): Promise<number | null> {
    const [next] = await this.mails.find({ select: { dueAt: true }, order: { dueAt: 'ASC' }, take: 1 });
    return next === undefined ? null : Math.max(0, Date.parse(next.dueAt) - Date.now());
  }

  async waiting(): Promise<Waiting> {
    // Those without a user are never sent.
    const where = { userId: Not(IsNull()) };
    const [[oldest], count] = await this.mails.findAndCount({
      select: { createdAt: true },
      where,
      order: { createdAt: 'ASC' },
      take: 1,
    });
    return {
      count,
      oldestSeconds: oldest === undefined ? 0 : (Date.now() - Date.parse(oldest.createdAt)) / 1000,
    };
  }
}
