import { Injectable } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { UserAdmin } from '../auth/admin/user-admin.js';
import { RegisterInput } from '../auth/sign-in/credentials.input.js';
import { PasswordHasher } from '../auth/passwords/password-hasher.js';
import { errors } from '../common/refusals/errors.js';
import { fieldErrors } from '../common/refusals/field-errors.js';
import type { Role } from '../common/access/roles.js';
import { Transactions } from '../database/transactions.js';
import { bySystem } from '../events/event-actor.js';
import { DomainEvents } from '../events/domain-events.js';
import { UsersService } from '../users/users.service.js';

/** What whoever has a shell on the server may do. It is recorded as done by the system. */
@Injectable()
export class Operator {
  constructor(
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly admin: UserAdmin,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
  ) {}

  /** Makes a user who is an admin, by the rules of the register route. @throws `email_taken`, `validation_failed`. */
  async createAdmin(email: string, password: string): Promise<void> {
    const input = plainToInstance(RegisterInput, { email, password });
    const faults = await validate(input);
    if (faults.length > 0) throw errors.validationFailed(fieldErrors(faults));
    const passwordHash = await this.hasher.hash(password, 'operator');
    await this.transactions.run(async (tx) => {
      const user = await this.users.add(tx, input.email, passwordHash, ['user', 'admin']);
      await this.events.publishIn(tx, {
        type: 'user.registered',
        actor: bySystem,
        userId: user.id,
        email: user.email,
      });
      await this.events.publishIn(tx, {
        type: 'role.granted',
        actor: bySystem,
        userId: user.id,
        role: 'admin',
      });
    });
  }

  /** @throws `user_not_found`. */
  async grantRole(email: string, role: Role): Promise<void> {
    await this.admin.grantRole(bySystem, await this.#idOf(email), role);
  }

  /** @throws `user_not_found`, `last_admin`. */
  async revokeRole(email: string, role: Role): Promise<void> {
    await this.admin.revokeRole(bySystem, await this.#idOf(email), role);
  }

  async #idOf(email: string): Promise<string> {
    const user = await this.users.findByEmail(email);
    if (user === null) throw errors.userNotFound();
    return user.id;
  }
}
