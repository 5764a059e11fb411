import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, IsNull, Not, Repository } from 'typeorm';
import { Housekeeping } from '../common/lifecycle/housekeeping.js';
import { now } from '../common/time.js';
import { within } from '../common/within.js';
import { isForeignKeyViolation } from '../database/driver-errors.js';
import { Transactions } from '../database/transactions.js';
import { UserRights } from './user-rights.js';
import { User } from './user.entity.js';

/** How long the deletion of an account waits for the removal. It then continues in the background. */
const WAIT_MS = 10_000;
/** Rounds: an upload that ends during the first leaves a file for the second. */
const ROUNDS = 3;

/**
 * Removes one kind of data of a departed user in transactions of its own. After each it yields the number of rows that it
 * removed. It may be called again after a crash, and by two processes at the same time.
 */
export type DepartingPart = (userId: string) => AsyncIterable<number>;

/**
 * Removes what is kept of users who have deleted their account. It works in small steps, so that an account with much
 * in it does not hold up others. What a crash interrupts is continued at the next start, or within an hour.
 */
@Injectable()
export class Departures implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(Departures.name);
  readonly #parts: DepartingPart[] = [];
  /** The removals that run now, by user. */
  readonly #running = new Map<string, Promise<void>>();
  #stopping = false;

  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly transactions: Transactions,
    private readonly rights: UserRights,
    housekeeping: Housekeeping,
  ) {
    housekeeping.register('departures', () => this.resume());
  }

  /** Adds a part to every departure from now on. */
  register(part: DepartingPart): void {
    this.#parts.push(part);
  }

  /**
   * Ends an account: from the commit on there is no such user, and the e-mail is free. The row stays, without anything
   * personal, until `complete` has removed what is kept of the user elsewhere.
   */
  async begin(tx: EntityManager, user: User): Promise<void> {
    const departedAt = now();
    // Unique, and no e-mail that anybody can have.
    const nobody = {
      email: '',
      emailFolded: user.id,
      emailVerifiedAt: null,
      passwordHash: '',
      name: null,
      roles: [],
    };
    await tx.update(User, { id: user.id }, { ...nobody, departedAt, updatedAt: departedAt });
    this.rights.changed(tx, user.id);
  }

  onApplicationBootstrap(): void {
    void this.resume();
  }

  async onModuleDestroy(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#running.values());
  }

  /**
   * Resolves when nothing is kept of a departed user any more, or after 10 s; the removal then continues in the
   * background. It never rejects: the account is gone already. What fails is logged and tried again.
   */
  async complete(userId: string): Promise<void> {
    await within(WAIT_MS, this.#join(userId), () => undefined);
  }

  /** Completes every departure that is open. */
  async resume(): Promise<void> {
    const departed = await this.users.find({ select: { id: true }, where: { departedAt: Not(IsNull()) } });
    for (const { id } of departed) await this.#join(id);
  }

  #join(userId: string): Promise<void> {
    const running = this.#running.get(userId) ?? this.#run(userId);
    this.#running.set(userId, running);
    return running;
  }

  async #run(userId: string): Promise<void> {
    try {
      if (await this.#removeAll(userId)) await this.transactions.scrub();
    } catch (error) {
      this.#logger.error(
        { err: error as Error, user_id: userId },
        'what is kept of a deleted account could not be removed; the next hour tries again',
      );
    } finally {
      this.#running.delete(userId);
    }
  }

  /** @returns false when the service stops before the end. */
  async #removeAll(userId: string): Promise<boolean> {
    let rows = 0;
    for (let round = 1; ; round++) {
      for (const part of this.#parts) {
        for await (const removed of part(userId)) {
          rows += removed;
          if (this.#stopping) return false;
          await nextTurn();
        }
      }
      try {
        await this.transactions.run(async (tx) => {
          await tx.delete(User, { id: userId, departedAt: Not(IsNull()) });
        });
        this.#logger.log({ user_id: userId, rows }, 'a deleted account was removed');
        return true;
      } catch (error) {
        if (round === ROUNDS || !isForeignKeyViolation(error)) throw error;
      }
    }
  }
}
