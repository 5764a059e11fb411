import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { SessionActor } from '../../common/access/actor.js';
import type { RequestContext } from '../../common/access/request-context.js';
import { errors } from '../../common/refusals/errors.js';
import { Transactions } from '../../database/transactions.js';
import { byUser, type Caller } from '../../events/event-actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import type { MailedToken } from '../../mail/mailed-token.entity.js';
import { MailedTokens } from '../../mail/mailed-tokens.js';
import { Outbox } from '../../mail/outbox.js';
import { findUserForUpdate } from '../../users/find-user-for-update.js';
import type { User } from '../../users/user.entity.js';
import { UsersService } from '../../users/users.service.js';
import { requireLiveSession } from '../sessions/require-live-session.js';

const CONFIRMING = ['email_verification', 'email_change'] as const;

/** The e-mail address of an account: whether its owner reads it, and another one in its place. */
@Injectable()
export class EmailAddresses {
  constructor(
    private readonly users: UsersService,
    private readonly tokens: MailedTokens,
    private readonly outbox: Outbox,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
  ) {}

  /** Mails a link to the address of the account, unless it is verified already. @throws `mail_unavailable`, `rate_limited`. */
  async requestVerification(actor: SessionActor): Promise<void> {
    if (!this.outbox.available) throw errors.mailUnavailable();
    const { id: userId, email, emailVerifiedAt } = await this.users.getCurrent(actor.userId);
    if (emailVerifiedAt !== null) return;
    await this.transactions.run(async (tx) => {
      await this.outbox.admit(tx, actor.request, userId);
      await this.outbox.post(tx, { letter: 'email_verification', kind: 'requested', email, userId });
    });
  }

  /**
   * Mails a link to the new address. Nothing changes until it is opened. When another account has the address, nothing
   * is sent and the answer is the same.
   * @throws `mail_unavailable`; `rate_limited` when the account or its network has asked too often; `unauthorized` when the session has just ended.
   */
  async requestChange(actor: SessionActor, email: string): Promise<void> {
    if (!this.outbox.available) throw errors.mailUnavailable();
    const owner = await this.users.findByEmail(email);
    const isFree = owner === null || owner.id === actor.userId;
    await this.transactions.run(async (tx) => {
      // A link that is asked for while a new password ends the sessions would outlive them.
      await requireLiveSession(tx, actor);
      await this.outbox.admit(tx, actor.request, actor.userId);
      await this.tokens.end(tx, actor.userId, ['email_change']);
      const userId = isFree ? actor.userId : null;
      await this.outbox.post(tx, { letter: 'email_change', kind: 'requested', email, userId });
      await this.events.publishIn(tx, {
        type: 'user.email_change_requested',
        actor,
        userId: actor.userId,
        email,
      });
    });
  }

  /**
   * Confirms the address that got the token: the one of the account, or its new one.
   * @throws `invalid_token`; `email_taken` when another account has the new address meanwhile.
   */
  async confirm(request: RequestContext, token: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      const redeemed = await this.tokens.redeem(tx, token, CONFIRMING);
      const user = await findUserForUpdate(tx, redeemed.userId);
      if (user === null || user.disabledAt !== null) throw errors.invalidToken();
      const actor = byUser(user.id, request);
      if (redeemed.purpose === 'email_change') await this.#change(tx, actor, user, redeemed);
      else await this.#verify(tx, actor, user, redeemed);
    });
  }

  async #verify(tx: EntityManager, actor: Caller, user: User, { email }: MailedToken): Promise<void> {
    if (user.email !== email) throw errors.invalidToken();
    await this.users.verifyEmail(tx, user);
    await this.events.publishIn(tx, { type: 'user.email_verified', actor, userId: user.id, email });
  }

  async #change(tx: EntityManager, actor: Caller, user: User, { email }: MailedToken): Promise<void> {
    await this.users.changeEmail(tx, user, email);
    await this.tokens.end(tx, user.id, ['password_reset', 'email_verification', 'email_change']);
    const { email: previous } = user;
    await this.events.publishIn(tx, { type: 'user.email_changed', actor, userId: user.id, email, previous });
  }
}
