import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Role } from '../common/access/roles.js';
import type { EventActor } from '../events/event-actor.js';
import { DomainEvents } from '../events/domain-events.js';
import type { User } from './user.entity.js';
import { UsersService } from './users.service.js';

/** What an account begins with. */
interface NewAccount {
  readonly email: string;
  readonly passwordHash: string;
  /** Beside `user`, which everybody has. */
  readonly role: Role;
  /** With which the user registered, if with one. */
  readonly invitationId?: string;
}

/** Makes accounts, and records each with its role. */
@Injectable()
export class NewAccounts {
  constructor(
    private readonly users: UsersService,
    private readonly events: DomainEvents,
  ) {}

  /**
   * @param authorOf who is recorded as the author, of the new user's id.
   * @throws `email_taken`.
   */
  async add(
    tx: EntityManager,
    { email, passwordHash, role, invitationId }: NewAccount,
    authorOf: (userId: string) => EventActor,
  ): Promise<User> {
    const user = await this.users.add(tx, email, passwordHash, role === 'user' ? ['user'] : ['user', role]);
    const about = { actor: authorOf(user.id), userId: user.id, invitationId };
    await this.events.publishIn(tx, { type: 'user.registered', ...about, email: user.email });
    if (role !== 'user') await this.events.publishIn(tx, { type: 'role.granted', ...about, role });
    return user;
  }
}
