import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/access/request-context.js';
import { errors } from '../../common/refusals/errors.js';
import { Transactions } from '../../database/transactions.js';
import { byAnonymous, byUser } from '../../events/event-actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import { MailedTokens } from '../../mail/mailed-tokens.js';
import { findUserForUpdate } from '../../users/find-user-for-update.js';
import { UsersService } from '../../users/users.service.js';
import { passwordFault } from '../passwords/password-policy.js';
import { Passwords } from '../passwords/passwords.js';
import { SessionsService } from '../sessions/sessions.service.js';

const RESET = ['password_reset'] as const;

/** New passwords for users who have forgotten theirs. */
@Injectable()
export class PasswordResets {
  constructor(
    private readonly users: UsersService,
    private readonly passwords: Passwords,
    private readonly sessions: SessionsService,
    private readonly tokens: MailedTokens,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
  ) {}

  /**
   * Sets a new password. Every session ends, and the failed sign-ins of the account are forgotten. The listeners
   * of `user.password_reset` end mailed links.
   * @throws `invalid_token`, `validation_failed`, `rate_limited`, `busy`.
   */
  async confirm(request: RequestContext, token: string, password: string): Promise<void> {
    // Looked at before the hash: an invented token costs no hash.
    const { email } = await this.tokens.find(token, RESET);
    const fault = passwordFault(password, email);
    if (fault !== null) throw errors.validationFailed([{ field: 'password', message: fault }]);
    const passwordHash = await this.passwords.hash(byAnonymous(request), password);
    await this.transactions.run(async (tx) => {
      const { userId } = await this.tokens.redeem(tx, token, RESET);
      const user = await findUserForUpdate(tx, userId);
      if (user?.email !== email || user.disabledAt !== null) throw errors.invalidToken();
      await this.users.replacePassword(tx, user, passwordHash);
      // Whoever has the token reads the mails of this address.
      await this.users.verifyEmail(tx, user);
      const sessionsEnded = await this.sessions.endAll(tx, userId);
      await this.passwords.forgive(tx, userId, email);
      const actor = byUser(userId, request);
      await this.events.publishIn(tx, { type: 'user.password_reset', actor, userId, sessionsEnded });
    });
  }
}
