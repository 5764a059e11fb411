import { Injectable } from '@nestjs/common';
import { type EntityManager, LessThan } from 'typeorm';
import { hashEmail } from '../common/input/email-address.js';
import { Housekeeping } from '../common/lifecycle/housekeeping.js';
import { fromNow, now } from '../common/time.js';
import { AppConfig } from '../config/app-config.js';
import { Transactions } from '../database/transactions.js';
import { MailBudgetRow } from './mail-budget.entity.js';

const WINDOW_MS = 3_600_000;

/** Who causes a mail: anybody who knows the address, or the owner's own account. */
export type BudgetKind = 'requested' | 'notice';

/** What one network, or one account, asks for, whatever the addresses of the mails are. */
export type CauseKind = 'network' | 'account';

const MAILS: Readonly<Record<BudgetKind | CauseKind, number>> = {
  requested: 5,
  notice: 20,
  network: 60,
  account: 20,
};

/** Limits the mails that one address gets within an hour, over all processes. Known and unknown addresses count alike. */
@Injectable()
export class MailBudget {
  constructor(
    private readonly config: AppConfig,
    private readonly transactions: Transactions,
    housekeeping: Housekeeping,
  ) {
    housekeeping.register('mail budgets', () => this.#expire());
  }

  /**
   * Counts a mail. @returns false, and counts nothing, when the mails of this hour are used up.
   * @param whose the mailbox, the address block or the id of the account that is counted.
   */
  async take(tx: EntityManager, kind: keyof typeof MAILS, whose: string): Promise<boolean> {
    const key = `${kind}:${hashEmail(whose, this.config.audit.emailHashKey)}`;
    const [at, ends] = [now(), fromNow(WINDOW_MS)];
    const rows = await tx.sql<unknown[]>`
      INSERT INTO mail_budgets (budget_key, mails, window_ends) VALUES (${key}, 1, ${ends})
      ON CONFLICT (budget_key) DO UPDATE SET
        mails = CASE WHEN mail_budgets.window_ends <= ${at} THEN 1 ELSE mail_budgets.mails + 1 END,
        window_ends = CASE WHEN mail_budgets.window_ends <= ${at} THEN ${ends} ELSE mail_budgets.window_ends END
      WHERE mail_budgets.window_ends <= ${at} OR mail_budgets.mails < ${MAILS[kind]}
      RETURNING budget_key`;
    return rows.length > 0;
  }

  async #expire(): Promise<void> {
    await this.transactions.run(
      async (tx) => void (await tx.delete(MailBudgetRow, { windowEnds: LessThan(now()) })),
    );
  }
}
