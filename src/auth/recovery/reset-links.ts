import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/access/request-context.js';
import { errors } from '../../common/refusals/errors.js';
import { AppConfig } from '../../config/app-config.js';
import { Transactions } from '../../database/transactions.js';
import { byAnonymous, bySystem } from '../../events/event-actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import { linkOf } from '../../mail/letters/letter.js';
import { LETTERS } from '../../mail/letters/letters.js';
import { MailedTokens } from '../../mail/mailed-tokens.js';
import { Outbox } from '../../mail/outbox.js';
import { UsersService } from '../../users/users.service.js';

/** Links with which users choose a new password: by mail, or from the operator's hand. */
@Injectable()
export class ResetLinks {
  constructor(
    private readonly users: UsersService,
    private readonly tokens: MailedTokens,
    private readonly outbox: Outbox,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
    private readonly config: AppConfig,
  ) {}

  /**
   * Mails a link to the address, if an account has it that is not disabled. Otherwise it writes the same and sends
   * nothing, so that the answer and its time do not show which addresses have an account.
   * @throws `mail_unavailable`; `rate_limited` when the network of the caller has asked too often.
   */
  async mail(request: RequestContext, email: string): Promise<void> {
    if (!this.outbox.available) throw errors.mailUnavailable();
    const user = await this.users.findByEmail(email);
    const userId = user?.id ?? null;
    const addressee = user?.disabledAt === null ? userId : null;
    await this.transactions.run(async (tx) => {
      await this.outbox.admit(tx, request);
      const to = user?.email ?? email;
      await this.outbox.post(tx, {
        letter: 'password_reset',
        kind: 'requested',
        email: to,
        userId: addressee,
      });
      const actor = byAnonymous(request);
      await this.events.publishIn(tx, { type: 'user.password_reset_requested', actor, userId, email });
    });
  }

  /** A link for the operator to hand over, where there is no mail. @throws `user_not_found`. */
  async make(userEmail: string): Promise<string> {
    const user = await this.users.findByEmail(userEmail);
    if (user === null) throw errors.userNotFound();
    const { id: userId, email } = user;
    const { write, token } = LETTERS.password_reset;
    const issued = await this.transactions.run(async (tx) => {
      const actor = bySystem;
      await this.events.publishIn(tx, { type: 'user.password_reset_requested', actor, userId, email });
      return this.tokens.issue(tx, { userId, email }, token);
    });
    return linkOf(write().link, this.config.http.publicUrl, issued);
  }
}
