import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { SessionActor } from '../../common/access/actor.js';
import { errors } from '../../common/refusals/errors.js';
import { parseId } from '../../common/ids.js';
import type { Page } from '../../common/paging/paging.js';
import type { Role } from '../../common/access/roles.js';
import { Transactions } from '../../database/transactions.js';
import type { EventActor } from '../../events/event-actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import { findUserForUpdate } from '../../users/find-user-for-update.js';
import type { User } from '../../users/user.entity.js';
import { UsersService } from '../../users/users.service.js';
import { SessionsService } from '../sessions/sessions.service.js';
import type { ListUsersQuery } from './list-users.query.js';

/**
 * What an admin, or the operator at the command line, may do to users. None of it opens their files or their trail.
 * Everything is recorded in the trail of the user it is done to, with who did it. It holds at once on this process, and
 * within 5 s on every other.
 */
@Injectable()
export class UserAdmin {
  constructor(
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
  ) {}

  /** Users, newest first. `search` is looked for in the e-mail. Recorded in the admin's trail. */
  async list(actor: SessionActor, query: ListUsersQuery): Promise<Page<User>> {
    const page = await this.users.list(query);
    await this.events.publish({
      type: 'user.listed',
      actor,
      userId: actor.userId,
      count: page.items.length,
      filters: query.search === undefined ? [] : ['search'],
    });
    return page;
  }

  /**
   * Nobody signs in or acts as this user any more; their sessions end.
   * @throws `user_not_found`; `last_admin` rather than leave nobody who can manage users.
   */
  disable(by: EventActor, id: string): Promise<User> {
    return this.#change(id, async (tx, user) => {
      if (user.disabledAt !== null) return user;
      const disabled = await this.users.disable(tx, user);
      const sessionsEnded = await this.sessions.endAll(tx, user.id);
      await this.events.publishIn(tx, { type: 'user.disabled', actor: by, userId: user.id, sessionsEnded });
      return disabled;
    });
  }

  /** The user may sign in again. @throws `user_not_found`. */
  enable(by: EventActor, id: string): Promise<User> {
    return this.#change(id, async (tx, user) => {
      if (user.disabledAt === null) return user;
      await this.events.publishIn(tx, { type: 'user.enabled', actor: by, userId: user.id });
      return this.users.enable(tx, user);
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
      return this.users.grantRole(tx, user, role);
    });
  }

  /** @throws `user_not_found`; `last_admin` rather than leave nobody who can manage users. */
  revokeRole(by: EventActor, id: string, role: Role): Promise<User> {
    return this.#change(id, async (tx, user) => {
      if (!user.roles.includes(role)) return user;
      const changed = await this.users.revokeRole(tx, user, role);
      await this.events.publishIn(tx, { type: 'role.revoked', actor: by, userId: user.id, role });
      return changed;
    });
  }

  /** Admins who change the same user at the same time take turns, so that none undoes what another has done. */
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
