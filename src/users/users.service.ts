import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, IsNull, Repository } from 'typeorm';
import type { Actor } from '../common/access/actor.js';
import { foldEmail } from '../common/input/email-address.js';
import { errors } from '../common/refusals/errors.js';
import { newId, UUID } from '../common/ids.js';
import { composed } from '../common/input/max-characters.js';
import { decodeCursor, type Page, toPage } from '../common/paging/paging.js';
import { ReadThroughCache } from '../common/read-through-cache.js';
import type { Role } from '../common/access/roles.js';
import { now } from '../common/time.js';
import { scan } from '../database/bounded-scan.js';
import { containing } from '../database/containing.js';
import { isUniqueViolation } from '../database/driver-errors.js';
import { Transactions } from '../database/transactions.js';
import { DomainEvents } from '../events/domain-events.js';
import type { UpdateProfileInput } from './update-profile.input.js';
import { User } from './user.entity.js';

/** Which users are listed. */
interface UserQuery {
  readonly limit: number;
  readonly cursor?: string;
  /** A part of the e-mail. */
  readonly search?: string;
}

/**
 * Reads and writes users. Only this class, `UserRights` and `Departures` write their table. After a change in a caller's
 * transaction has committed, the cache of users drops the old state.
 */
@Injectable()
export class UsersService {
  /**
   * A cache of users. Changes by this process are seen at once, changes by another process within a second.
   */
  readonly #recent = new ReadThroughCache<User | null>({ max: 10_000, ttlMs: 1000 }, (id) =>
    this.users.findOneBy({ id, departedAt: IsNull() }),
  );

  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
  ) {}

  findByEmail(email: string): Promise<User | null> {
    return this.users.findOneBy({ emailFolded: foldEmail(email) });
  }

  /** The user, at most one second old. Null when there is none. Do not use it to check passwords. */
  async find(userId: string): Promise<User | null> {
    return this.#recent.get(userId);
  }

  /** The user as stored now. Null when there is none or when an admin has disabled them. */
  findEnabled(userId: string): Promise<User | null> {
    return this.users.findOneBy({ id: userId, disabledAt: IsNull(), departedAt: IsNull() });
  }

  /** Like `find`. @throws `unauthorized` when the user was deleted. */
  async get(userId: string): Promise<User> {
    const user = await this.find(userId);
    if (user === null) throw errors.unauthorized();
    return user;
  }

  /** The user as stored now. Null when there is none. */
  findCurrent(userId: string): Promise<User | null> {
    this.#recent.forget(userId);
    return this.find(userId);
  }

  /** The user as stored now. @throws `unauthorized`. */
  async getCurrent(userId: string): Promise<User> {
    this.#recent.forget(userId);
    return this.get(userId);
  }

  /** A page of users, newest first. */
  async list({ limit, cursor, search }: UserQuery): Promise<Page<User>> {
    const everybody = this.users.createQueryBuilder('u').where({ departedAt: IsNull() });
    const before = cursor === undefined ? null : decodeCursor(cursor, UUID);
    const { rows, scannedTo } = await scan(
      { rows: everybody, key: 'u.id', order: 'DESC', before },
      containing('u.emailFolded', search === undefined ? undefined : foldEmail(search)),
      limit + 1,
    );
    return toPage(rows, limit, (user) => user.id, scannedTo);
  }

  /** @throws `email_taken`. The unique index decides, so of parallel registrations only one succeeds. */
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
      emailVerifiedAt: null,
      passwordHash,
      factors: 0,
      name: null,
      roles: [...roles],
      disabledAt: null,
      departedAt: null,
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

  /** Changes the given fields and leaves the others. */
  async updateProfile(actor: Actor, input: UpdateProfileInput): Promise<User> {
    if (input.name === undefined) return this.get(actor.userId);
    const name = input.name === null ? null : composed(input.name);
    return this.transactions.run(async (tx) => {
      await tx.update(User, { id: actor.userId }, { name, updatedAt: now() });
      const user = await tx.findOneBy(User, { id: actor.userId, departedAt: IsNull() });
      if (user === null) throw errors.unauthorized();
      this.forgetAfter(tx, user.id);
      await this.events.publishIn(tx, {
        type: 'user.profile_updated',
        actor,
        userId: actor.userId,
        fields: ['name'],
      });
      return user;
    });
  }

  /** Replaces the password of `user`. @returns false when it was changed since `user` was read. */
  async replacePassword(tx: EntityManager, user: User, passwordHash: string): Promise<boolean> {
    const { affected } = await tx.update(
      User,
      { id: user.id, passwordHash: user.passwordHash },
      { passwordHash, updatedAt: now() },
    );
    this.forgetAfter(tx, user.id);
    return affected === 1;
  }

  /** Notes that the owner of the account reads its e-mail address. */
  async verifyEmail(tx: EntityManager, user: User): Promise<void> {
    if (user.emailVerifiedAt !== null) return;
    await tx.update(User, { id: user.id }, { emailVerifiedAt: now(), updatedAt: now() });
    this.forgetAfter(tx, user.id);
  }

  /** Gives the account another, verified e-mail address. @throws `email_taken`. */
  async changeEmail(tx: EntityManager, user: User, email: string): Promise<void> {
    const at = now();
    const changes = {
      email: email.trim(),
      emailFolded: foldEmail(email),
      emailVerifiedAt: at,
      updatedAt: at,
    };
    try {
      await tx.update(User, { id: user.id }, changes);
    } catch (error) {
      if (isUniqueViolation(error)) throw errors.emailTaken();
      throw error;
    }
    this.forgetAfter(tx, user.id);
  }

  /** Notes how many confirmed second factors the user has. */
  async setFactors(tx: EntityManager, user: User, factors: number): Promise<void> {
    await tx.update(User, { id: user.id }, { factors, updatedAt: now() });
    this.forgetAfter(tx, user.id);
  }

  /** Drops what this process keeps of the user once the transaction has committed. */
  forgetAfter(tx: EntityManager, userId: string): void {
    this.transactions.afterCommit(tx, () => this.#recent.forget(userId));
  }
}
