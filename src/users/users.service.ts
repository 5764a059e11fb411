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
import { requireAnotherAdmin } from './require-another-admin.js';
import type { UpdateProfileInput } from './update-profile.input.js';
import { User } from './user.entity.js';

/** Which users are wanted. */
interface UserQuery {
  readonly limit: number;
  readonly cursor?: string;
  /** A part of the e-mail. */
  readonly search?: string;
}

/** Columns that say what a user may do. */
type Rights = Pick<User, 'roles' | 'disabledAt'>;

/**
 * Who exists. Nobody else writes the table of users: whatever changes here inside a caller's transaction is, once that
 * has committed, forgotten by all who remember users.
 */
@Injectable()
export class UsersService {
  /** Users as read a moment ago. What changes here is seen at once; what changes on another process within a second. */
  readonly #recent = new ReadThroughCache<User | null>({ max: 10_000, ttlMs: 1000 }, (id) =>
    this.users.findOneBy({ id }),
  );
  readonly #rightsListeners: ((userId: string) => void)[] = [];

  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
  ) {}

  /** Has `listener` called whenever a user was disabled, enabled or removed, or their roles have changed, after the commit. */
  onRightsChanged(listener: (userId: string) => void): void {
    this.#rightsListeners.push(listener);
  }

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
    this.#recent.forget(userId);
    return this.get(userId);
  }

  /** A page of users, newest first. */
  async list({ limit, cursor, search }: UserQuery): Promise<Page<User>> {
    const everybody = this.users.createQueryBuilder('u');
    const before = cursor === undefined ? null : decodeCursor(cursor, UUID);
    const { rows, scannedTo } = await scan(
      { rows: everybody, key: 'u.id', order: 'DESC', before },
      containing('u.emailFolded', search === undefined ? undefined : foldEmail(search)),
      limit + 1,
    );
    return toPage(rows, limit, (user) => user.id, scannedTo);
  }

  /** @throws `email_taken`; the database decides, so parallel registrations cannot both win. */
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
      this.#forgetAfter(tx, user.id);
      await this.events.publishIn(tx, {
        type: 'user.profile_updated',
        actor,
        userId: actor.userId,
        fields: ['name'],
      });
      return user;
    });
  }

  /** Replaces the password of `user`. @returns false when it is no longer the one that `user` was read with. */
  async replacePassword(tx: EntityManager, user: User, passwordHash: string): Promise<boolean> {
    const { affected } = await tx.update(
      User,
      { id: user.id, passwordHash: user.passwordHash },
      { passwordHash, updatedAt: now() },
    );
    this.#forgetAfter(tx, user.id);
    return affected === 1;
  }

  /** Nobody may sign in or act as `user` any more. @throws `last_admin`. */
  async disable(tx: EntityManager, user: User): Promise<User> {
    await requireAnotherAdmin(tx, user);
    return this.#changeRights(tx, user, { disabledAt: now() });
  }

  enable(tx: EntityManager, user: User): Promise<User> {
    return this.#changeRights(tx, user, { disabledAt: null });
  }

  grantRole(tx: EntityManager, user: User, role: Role): Promise<User> {
    return this.#changeRights(tx, user, { roles: [...user.roles, role] });
  }

  /** @throws `last_admin`. */
  async revokeRole(tx: EntityManager, user: User, role: Role): Promise<User> {
    if (role === 'admin') await requireAnotherAdmin(tx, user);
    return this.#changeRights(tx, user, { roles: user.roles.filter((kept) => kept !== role) });
  }

  /** Removes a user. To be called last: what others keep of the user is removed when `user.deleted` is published. */
  async remove(tx: EntityManager, userId: string): Promise<void> {
    await tx.delete(User, { id: userId });
    this.#rightsChanged(tx, userId);
  }

  async #changeRights(tx: EntityManager, user: User, changes: Partial<Rights>): Promise<User> {
    await tx.update(User, { id: user.id }, { ...changes, updatedAt: now() });
    this.#rightsChanged(tx, user.id);
    return { ...user, ...changes };
  }

  #rightsChanged(tx: EntityManager, userId: string): void {
    this.#forgetAfter(tx, userId);
    this.transactions.afterCommit(tx, () => this.#rightsListeners.forEach((listener) => listener(userId)));
  }

  #forgetAfter(tx: EntityManager, userId: string): void {
    this.transactions.afterCommit(tx, () => this.#recent.forget(userId));
  }
}
