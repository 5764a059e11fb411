import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Role } from '../common/access/roles.js';
import { now } from '../common/time.js';
import { Transactions } from '../database/transactions.js';
import { requireAnotherAdmin } from './require-another-admin.js';
import { User } from './user.entity.js';
import { UsersService } from './users.service.js';

/** The columns that decide what a user may do. */
type Rights = Pick<User, 'roles' | 'disabledAt'>;

/** What users may do. After a change has committed, all caches of users and of their credentials drop the old state. */
@Injectable()
export class UserRights {
  readonly #listeners: ((userId: string) => void)[] = [];

  constructor(
    private readonly users: UsersService,
    private readonly transactions: Transactions,
  ) {}

  /** `listener` is called after the commit when a user was disabled, enabled or removed, or when their roles changed. */
  onChanged(listener: (userId: string) => void): void {
    this.#listeners.push(listener);
  }

  /** Prevents sign-in of `user` and refuses all of its credentials. @throws `last_admin`. */
  async disable(tx: EntityManager, user: User): Promise<User> {
    await requireAnotherAdmin(tx, user);
    return this.#change(tx, user, { disabledAt: now() });
  }

  enable(tx: EntityManager, user: User): Promise<User> {
    return this.#change(tx, user, { disabledAt: null });
  }

  grantRole(tx: EntityManager, user: User, role: Role): Promise<User> {
    return this.#change(tx, user, { roles: [...user.roles, role] });
  }

  /** @throws `last_admin`. */
  async revokeRole(tx: EntityManager, user: User, role: Role): Promise<User> {
    if (role === 'admin') await requireAnotherAdmin(tx, user);
    return this.#change(tx, user, { roles: user.roles.filter((kept) => kept !== role) });
  }

  /** Tells the listeners once the transaction, which has changed what the user may do, has committed. */
  changed(tx: EntityManager, userId: string): void {
    this.users.forgetAfter(tx, userId);
    this.transactions.afterCommit(tx, () => this.#listeners.forEach((listener) => listener(userId)));
  }

  async #change(tx: EntityManager, user: User, changes: Partial<Rights>): Promise<User> {
    await tx.update(User, { id: user.id }, { ...changes, updatedAt: now() });
    this.changed(tx, user.id);
    return { ...user, ...changes };
  }
}
