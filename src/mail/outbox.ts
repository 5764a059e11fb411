import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { blockOf } from '../common/access/address-block.js';
import type { RequestContext } from '../common/access/request-context.js';
import { newId } from '../common/ids.js';
import { mailboxOf } from '../common/input/email-address.js';
import { errors } from '../common/refusals/errors.js';
import { now } from '../common/time.js';
import { AppConfig } from '../config/app-config.js';
import { Transactions } from '../database/transactions.js';
import type { Facts } from './letters/letter.js';
import type { LetterName } from './letters/letters.js';
import { type BudgetKind, type CauseKind, MailBudget } from './mail-budget.js';
import { MailContents } from './mail-contents.js';
import { Mail } from './mail.entity.js';

const RETRY_SECONDS = 3600;

/** A mail to be sent. */
export interface NewMail {
  readonly letter: LetterName;
  readonly kind: BudgetKind;
  /** The address. The budget counts its mailbox, known or not. */
  readonly email: string;
  /** Whose mail it is. Null when the address is not known: the same is written, and nothing is sent. */
  readonly userId: string | null;
  readonly facts?: Facts;
}

/** Takes mails in. A mail is written in the transaction of its cause, and sent after the commit. */
@Injectable()
export class Outbox {
  readonly #listeners: (() => void)[] = [];

  constructor(
    private readonly budget: MailBudget,
    private readonly contents: MailContents,
    private readonly transactions: Transactions,
    private readonly config: AppConfig,
  ) {}

  /** False without `SMTP_URL`: then no mail is sent, and `post` does nothing. */
  get available(): boolean {
    return this.config.mail !== null;
  }

  /** `listener` is called after the commit of a new mail. */
  onPosted(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Counts a mail that a request asks for, by its address block and, of a signed-in user, by the account.
   * @throws `rate_limited` when one of them has asked too often within an hour.
   */
  async admit(tx: EntityManager, request: RequestContext, userId?: string): Promise<void> {
    const causes: readonly (readonly [CauseKind, string])[] = [
      ['network', blockOf(request)],
      ...(userId === undefined ? [] : ([['account', userId]] as const)),
    ];
    for (const [kind, whose] of causes)
      if (!(await this.budget.take(tx, kind, whose))) throw errors.rateLimited(RETRY_SECONDS);
  }

  /** Writes a mail, unless its address has had its mails of this hour. */
  async post(tx: EntityManager, { letter, kind, email, userId, facts = {} }: NewMail): Promise<void> {
    if (!this.available || !(await this.budget.take(tx, kind, mailboxOf(email)))) return;
    const recipient = userId === null ? null : email;
    const at = now();
    await tx.insert(Mail, {
      ...this.contents.seal(newId(), { recipient, facts }),
      userId,
      letter,
      attempts: 0,
      dueAt: at,
      createdAt: at,
    });
    this.transactions.afterCommit(tx, () => this.#listeners.forEach((listener) => listener()));
  }
}
