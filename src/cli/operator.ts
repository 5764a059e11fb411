import { Injectable } from '@nestjs/common';
import { UserAdmin } from '../auth/admin/user-admin.js';
import { ResetLinks } from '../auth/recovery/reset-links.js';
import { errors } from '../common/refusals/errors.js';
import type { Role } from '../common/access/roles.js';
import { bySystem } from '../events/event-actor.js';
import { Factors } from '../auth/factors/factors.js';
import { UsersService } from '../users/users.service.js';
import { NewUsers } from './new-users.js';

/** The actions of the operator, who has a shell on the server. They are recorded as done by the system. */
@Injectable()
export class Operator {
  constructor(
    private readonly users: UsersService,
    private readonly admin: UserAdmin,
    private readonly newUsers: NewUsers,
    private readonly factors: Factors,
    private readonly links: ResetLinks,
  ) {}

  /** @throws `email_taken`, `validation_failed`. */
  createAdmin(email: string, password: string): Promise<void> {
    return this.newUsers.create(email, password, 'admin');
  }

  /** @throws `email_taken`, `validation_failed`. */
  createUser(email: string, password: string): Promise<void> {
    return this.newUsers.create(email, password, 'user');
  }

  /** @throws `user_not_found`. */
  async grantRole(email: string, role: Role): Promise<void> {
    await this.admin.grantRole(bySystem, await this.#idOf(email), role);
  }

  /** @throws `user_not_found`, `last_admin`. */
  async revokeRole(email: string, role: Role): Promise<void> {
    await this.admin.revokeRole(bySystem, await this.#idOf(email), role);
  }

  /** @returns a link with which the user can choose a new password. @throws `user_not_found`. */
  resetLink(email: string): Promise<string> {
    return this.links.make(email);
  }

  /** Removes the second factors of a user. @returns how many counted. @throws `user_not_found`. */
  async resetFactors(email: string): Promise<number> {
    return this.factors.removeAll(bySystem, await this.#idOf(email));
  }

  async #idOf(email: string): Promise<string> {
    const user = await this.users.findByEmail(email);
    if (user === null) throw errors.userNotFound();
    return user.id;
  }
}
