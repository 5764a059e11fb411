import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { errors } from '../../common/refusals/errors.js';
import { parseId } from '../../common/ids.js';
import type { Role } from '../../common/access/roles.js';
import { Transactions } from '../../database/transactions.js';
import type { EventActor } from '../../events/event-actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import { findUserForUpdate } from '../../users/find-user-for-update.js';
import { UserRights } from '../../users/user-rights.js';
import type { User } from '../../users/user.entity.js';

import { SessionsService } from '../sessions/sessions.service.js';

/**
 * The actions of admins, and of the operator on the command line, on users. None of them opens files or the
 * audit trail of a user. Each is recorded in the trail of that user, with its author. Each takes effect at
 * once on this process and within 5 s on others.
 */
@Injectable()
export class UserAdmin {
  constructor(
    private readonly rights: UserRights,
    private readonly sessions: SessionsService,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
  ) {}

  /**
   * Ends all sessions of the user and prevents new ones. No credential of the user works any more.
   * @throws `user_not_found`; `last_admin` when no other admin would remain.
   */
  disable(by: EventActor, id: string): Promise<User> {
    return this.#change(id, async (tx, user) => {
      if (user.disabledAt !== null) return user;
      const disabled = await this.rights.disable(tx, user);
      const sessionsEnded = await this.sessions.endAll(tx, user.id);
      await this.events.publishIn(tx, { type: 'user.disabled', actor: by, userId: user.id, sessionsEnded });
      return disabled;
    });
  }

  /** Lets the user sign in again. @throws `user_not_found`. */
  enable(by: EventActor, id: string): Promise<User> {
    return this.#change(id, async (tx, user) => {
      if (user.disabledAt === null) return user;
      await this.events.publishIn(tx, { type: 'user.enabled', actor: by, userId: user.id });
      return this.rights.enable(tx, user);
    });
  }

  /** Ends every session of the user. @throws `user_not_found`. */
  async endSessions(by: EventActor, id: string): Promise<void> {
    await this.#change(id, async (tx, user) => {
      const count = await this.sessions.endAll(tx, user.id);
      await this.events.publishIn(tx, {
        type: 'session.ended',
        actor: by,
        userId: user.id,
        sessionId: null,
        count,
      });
      return user;
    });
  }

  /** @throws `user_not_found`. */
  grantRole(by: EventActor, id: string, role: Role): Promise<User> {
    return this.#change(id, async (tx, user) => {
      if (user.roles.includes(role)) return user;
      await this.events.publishIn(tx, { type: 'role.granted', actor: by, userId: user.id, role });
      return this.rights.grantRole(tx, user, role);
    });
  }

  /** @throws `user_not_found`; `last_admin` when no other admin would remain. */
  revokeRole(by: EventActor, id: string, role: Role): Promise<User> {
    return this.#change(id, async (tx, user) => {
      if (!user.roles.includes(role)) return user;
      const changed = await this.rights.revokeRole(tx, user, role);
      await this.events.publishIn(tx, { type: 'role.revoked', actor: by, userId: user.id, role });
      return changed;
    });
  }

  /** Locks the user, so that admins change the same user one after the other and no change is lost. */
  async #change(id: string, work: (tx: EntityManager, user: User) => Promise<User>): Promise<User> {
    const userId = parseId(id);
    if (userId === null) throw errors.userNotFound();
    return this.transactions.run(async (tx) => {
      const user = await findUserForUpdate(tx, userId);
      if (user === null) throw errors.userNotFound();
      return work(tx, user);
    });
  }
}
