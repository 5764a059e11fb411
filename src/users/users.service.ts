import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, IsNull, Repository } from 'typeorm';
import type { Actor } from '../common/actor.js';
import { foldEmail } from '../common/email-address.js';
import { errors } from '../common/errors.js';
import { newId } from '../common/ids.js';
import { composed } from '../common/max-characters.js';
import { Recent } from '../common/recent.js';
import type { Role } from '../common/roles.js';
import { now } from '../common/time.js';
import { isUniqueViolation } from '../database/driver-errors.js';
import { Transactions } from '../database/transactions.js';
import { DomainEvents } from '../events/domain-events.js';
import type { UpdateProfileInput } from './update-profile.input.js';
import { User } from './user.entity.js';

/** Who exists, and what they say of themselves. */
@Injectable()
export class UsersService {
  /** Users as read a moment ago. What changes here is seen at once; what changes on another process within a second. */
  readonly #recent = new Recent<User | null>({ max: 10_000, ttlMs: 1000 }, (id) =>
    this.users.findOneBy({ id }),
  );

  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
  ) {}

  findByEmail(email: string): Promise<User | null> {
    return this.users.findOneBy({ emailFolded: foldEmail(email) });
  }

  /** The user, as of at most a second ago; null when there is none. Not for deciding about passwords. */
  async find(userId: string): Promise<User | null> {
    return this.#recent.get(userId);
  }

  /** The user when they may act, as the database has it now; null when there is none or an admin has disabled them. */
  findEnabled(userId: string): Promise<User | null> {
    return this.users.findOneBy({ id: userId, disabledAt: IsNull() });
  }

  /** The same as `find`. @throws `unauthorized` when the user was deleted a moment ago. */
  async get(userId: string): Promise<User> {
    const user = await this.find(userId);
    if (user === null) throw errors.unauthorized();
    return user;
  }

  /** The user as the database has it now. @throws `unauthorized`. */
  async getCurrent(userId: string): Promise<User> {
    this.forget(userId);
    return this.get(userId);
  }

  /** Makes the next read ask the database; to be called after a change has committed. */
  forget(userId: string): void {
    this.#recent.forget(userId);
  }

  /**
   * Adds a user inside the caller's transaction.
   * @throws `email_taken`; the database decides, so parallel registrations cannot both win.
   */
  async add(
    tx: EntityManager,
    email: string,
    passwordHash: string,
    roles: readonly Role[] = ['user'],
  ): Promise<User> {
    const createdAt = now();
    const user = tx.create(User, {
      id: newId(),
      email: email.trim(),
      emailFolded: foldEmail(email),
      passwordHash,
      name: null,
      roles: [...roles],
      disabledAt: null,
      createdAt,
      updatedAt: createdAt,
    });
    try {
      await tx.insert(User, user);
    } catch (error) {
      if (isUniqueViolation(error)) throw errors.emailTaken();
      throw error;
    }
    return user;
  }

  /** Changes what is given and leaves the rest. */
  async updateProfile(actor: Actor, input: UpdateProfileInput): Promise<User> {
    if (input.name === undefined) return this.get(actor.userId);
    const name = input.name === null ? null : composed(input.name);
    return this.transactions.run(async (tx) => {
      await tx.update(User, { id: actor.userId }, { name, updatedAt: now() });
      const user = await tx.findOneBy(User, { id: actor.userId });
      if (user === null) throw errors.unauthorized();
      this.transactions.afterCommit(tx, () => this.forget(user.id));
      await this.events.publishIn(tx, {
        type: 'user.profile_updated',
        actor,
        userId: actor.userId,
        fields: ['name'],
      });
      return user;
    });
  }
}
