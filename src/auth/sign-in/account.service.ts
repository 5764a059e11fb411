import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { SessionActor } from '../../common/access/actor.js';
import { errors } from '../../common/refusals/errors.js';
import { Transactions } from '../../database/transactions.js';
import { DomainEvents } from '../../events/domain-events.js';
import { Departures } from '../../users/departures.js';
import { findUserForUpdate } from '../../users/find-user-for-update.js';
import { requireAnotherAdmin } from '../../users/require-another-admin.js';
import type { User } from '../../users/user.entity.js';
import { UsersService } from '../../users/users.service.js';
import { passwordFault } from '../passwords/password-policy.js';
import { Passwords } from '../passwords/passwords.js';
import { SessionsService } from '../sessions/sessions.service.js';

type Refusal = 'user.password_change_refused' | 'user.deletion_refused';

/** Actions of users on their own account that the password confirms: a new password, and deletion. */
@Injectable()
export class AccountService {
  constructor(
    private readonly users: UsersService,
    private readonly passwords: Passwords,
    private readonly sessions: SessionsService,
    private readonly departures: Departures,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
  ) {}

  /**
   * Changes the password and ends every other session. The listeners of `user.password_changed` end mailed links.
   * @throws `wrong_password`, `validation_failed`, `too_many_attempts`, `rate_limited`, `busy`.
   */
  async changePassword(actor: SessionActor, currentPassword: string, newPassword: string): Promise<void> {
    const user = await this.users.getCurrent(actor.userId);
    const fault = passwordFault(newPassword, user.email);
    if (fault !== null) {
      throw errors.validationFailed([
        { field: 'new_password', message: fault.replace('password', 'new_password') },
      ]);
    }
    await this.#confirmPassword(actor, user, currentPassword, 'user.password_change_refused');
    const passwordHash = await this.passwords.hash(actor, newPassword);
    const changed = await this.transactions.run(async (tx) => {
      if (!(await this.users.replacePassword(tx, user, passwordHash))) return false;
      const sessionsEnded = await this.sessions.endAll(tx, user.id, actor.sessionId);
      await this.events.publishIn(tx, {
        type: 'user.password_changed',
        actor,
        userId: user.id,
        sessionsEnded,
      });
      return true;
    });
    if (!changed) await this.#refuse(actor, 'user.password_change_refused');
  }

  /**
   * Removes the account. The listeners of `user.deleted` (files, audit) remove their data in the same
   * transaction.
   * @throws `wrong_password`, `too_many_attempts`, `rate_limited`, `busy`; `last_admin` when no other admin
   * would remain.
   */
  async delete(actor: SessionActor, password: string): Promise<void> {
    const user = await this.users.getCurrent(actor.userId);
    await this.#confirmPassword(actor, user, password, 'user.deletion_refused');
    const depart = async (tx: EntityManager): Promise<void> => {
      // Uploads that arrive now wait for the end of this transaction, and then find no user.
      const leaving = await findUserForUpdate(tx, user.id);
      if (leaving === null) throw errors.unauthorized();
      await requireAnotherAdmin(tx, leaving);
      await this.sessions.endAll(tx, user.id);
      await this.events.publishIn(tx, { type: 'user.deleted', actor, userId: user.id });
      await this.departures.begin(tx, leaving);
    };
    // Not in a shared commit: other work in it may have deferred audit rows about this user, which the
    // erasure would miss.
    await this.transactions.run(depart, { alone: true });
    await this.departures.complete(user.id);
  }

  /** A wrong password counts as a failed sign-in, from an address of the owner. */
  async #confirmPassword(actor: SessionActor, user: User, password: string, refusal: Refusal): Promise<void> {
    const { id: userId, email, passwordHash } = user;
    const attempt = { by: actor, email, userId, sessionId: actor.sessionId };
    if (!(await this.passwords.verify(attempt, password, passwordHash))) await this.#refuse(actor, refusal);
  }

  async #refuse(actor: SessionActor, refusal: Refusal): Promise<never> {
    await this.events.publishRefusal({
      type: refusal,
      actor,
      userId: actor.userId,
      reason: 'wrong_password',
    });
    throw errors.wrongPassword();
  }
}
