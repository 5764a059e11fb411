import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { SessionActor } from '../../common/access/actor.js';
import { errors } from '../../common/refusals/errors.js';
import { Transactions } from '../../database/transactions.js';
import { DomainEvents } from '../../events/domain-events.js';
import { findUserForUpdate } from '../../users/find-user-for-update.js';
import { requireAnotherAdmin } from '../../users/require-another-admin.js';
import type { User } from '../../users/user.entity.js';
import { UsersService } from '../../users/users.service.js';
import { passwordFault } from '../passwords/password-policy.js';
import { Passwords } from '../passwords/passwords.js';
import { SessionsService } from '../sessions/sessions.service.js';

type Refusal = 'user.password_change_refused' | 'user.deletion_refused';

/** What users do to their own account, and confirm with the password: change the password, delete the account. */
@Injectable()
export class AccountService {
  constructor(
    private readonly users: UsersService,
    private readonly passwords: Passwords,
    private readonly sessions: SessionsService,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
  ) {}

  /**
   * Changes the password and ends every other session.
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
   * Removes the account. Those who keep something of a user (files, audit) do their part in the same
   * transaction when they hear `user.deleted`.
   * @throws `wrong_password`, `too_many_attempts`, `rate_limited`, `busy`; `last_admin` rather than leave nobody who can manage users.
   */
  async delete(actor: SessionActor, password: string): Promise<void> {
    const user = await this.users.getCurrent(actor.userId);
    await this.#confirmPassword(actor, user, password, 'user.deletion_refused');
    const remove = async (tx: EntityManager): Promise<void> => {
      // Uploads that arrive meanwhile wait for the end of this transaction, and then find no user.
      const leaving = await findUserForUpdate(tx, user.id);
      if (leaving === null) throw errors.unauthorized();
      await requireAnotherAdmin(tx, leaving);
      await this.sessions.endAll(tx, user.id);
      await this.events.publishIn(tx, { type: 'user.deleted', actor, userId: user.id });
      await this.users.remove(tx, user.id);
    };
    // Not in a shared commit: others in it may have deferred audit rows about this user, which the erasure would not find.
    await this.transactions.run(remove, { alone: true });
  }

  /** A wrong password counts as a failed sign-in, from an address that the owner uses. */
  async #confirmPassword(actor: SessionActor, user: User, password: string, refusal: Refusal): Promise<void> {
    const { id: userId, email, passwordHash } = user;
    const attempt = { by: actor, email, userId, sessionId: actor.sessionId };
    if (!(await this.passwords.verify(attempt, password, passwordHash))) await this.#refuse(actor, refusal);
  }

  async #refuse(actor: SessionActor, refusal: Refusal): Promise<never> {
    await this.events.publish({
      type: refusal,
      actor,
      userId: actor.userId,
      reason: 'wrong_password',
    });
    throw errors.wrongPassword();
  }
}
