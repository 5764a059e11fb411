import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import type { SessionActor } from '../../common/actor.js';
import { foldEmail } from '../../common/email-address.js';
import { errors } from '../../common/errors.js';
import { parseId, UUID } from '../../common/ids.js';
import { decodeCursor, type Page, toPage } from '../../common/paging.js';
import type { Role } from '../../common/roles.js';
import { now } from '../../common/time.js';
import { scan } from '../../database/bounded-scan.js';
import { containing } from '../../database/containing.js';
import { findForUpdate } from '../../database/find-for-update.js';
import { Transactions } from '../../database/transactions.js';
import type { EventActor } from '../../events/event-actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import { requireAnotherAdmin } from '../../users/require-another-admin.js';
import { User } from '../../users/user.entity.js';
import { UsersService } from '../../users/users.service.js';
import { ApiKeysService } from '../keys/api-keys.service.js';
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
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly known: UsersService,
    private readonly sessions: SessionsService,
    private readonly keys: ApiKeysService,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
  ) {}

  /** Users, newest first. `search` is looked for in the e-mail. Recorded in the admin's trail. */
  async list(actor: SessionActor, query: ListUsersQuery): Promise<Page<User>> {
    const everybody = this.users.createQueryBuilder('u');
    const before = query.cursor === undefined ? null : decodeCursor(query.cursor, UUID);
    const { rows, scannedTo } = await scan(
      { rows: everybody, key: 'u.id', order: 'DESC', before },
      containing('u.emailFolded', query.search === undefined ? undefined : foldEmail(query.search)),
      query.limit + 1,
    );
    const page = toPage(rows, query.limit, (user) => user.id, scannedTo);
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
      if (user.disabledAt !== null) return {};
      if (user.roles.includes('admin')) await requireAnotherAdmin(tx, user);
      const sessionsEnded = await this.sessions.endAll(tx, user.id);
      await this.events.publishIn(tx, { type: 'user.disabled', actor: by, userId: user.id, sessionsEnded });
      return { disabledAt: now() };
    });
  }

  /** The user may sign in again. @throws `user_not_found`. */
  enable(by: EventActor, id: string): Promise<User> {
    return this.#change(id, async (tx, user) => {
      if (user.disabledAt === null) return {};
      await this.events.publishIn(tx, { type: 'user.enabled', actor: by, userId: user.id });
      return { disabledAt: null };
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
      return {};
    });
  }

  /** @throws `user_not_found`. */
  grantRole(by: EventActor, id: string, role: Role): Promise<User> {
    return this.#change(id, async (tx, user) => {
      if (user.roles.includes(role)) return {};
      await this.events.publishIn(tx, { type: 'role.granted', actor: by, userId: user.id, role });
      return { roles: [...user.roles, role] };
    });
  }

  /** @throws `user_not_found`; `last_admin` rather than leave nobody who can manage users. */
  revokeRole(by: EventActor, id: string, role: Role): Promise<User> {
    return this.#change(id, async (tx, user) => {
      if (!user.roles.includes(role)) return {};
      if (role === 'admin') await requireAnotherAdmin(tx, user);
      await this.events.publishIn(tx, { type: 'role.revoked', actor: by, userId: user.id, role });
      return { roles: user.roles.filter((kept) => kept !== role) };
    });
  }

  /** Admins who change the same user at the same time take turns, so that none undoes what another has done. */
  async #change(
    id: string,
    work: (tx: EntityManager, user: User) => Promise<Partial<Pick<User, 'roles' | 'disabledAt'>>>,
  ): Promise<User> {
    const userId = parseId(id);
    if (userId === null) throw errors.userNotFound();
    return this.transactions.run(async (tx) => {
      const [user] = await findForUpdate(tx, User, { id: userId });
      if (user === undefined) throw errors.userNotFound();
      const changes = await work(tx, user);
      if (Object.keys(changes).length === 0) return user;
      await tx.update(User, { id: userId }, { ...changes, updatedAt: now() });
      this.transactions.afterCommit(tx, () => this.#forget(userId));
      return { ...user, ...changes };
    });
  }

  #forget(userId: string): void {
    this.known.forget(userId);
    this.sessions.forgetUser(userId);
    this.keys.forgetUser(userId);
  }
}
