import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, IsNull, LessThan, Not, Repository } from 'typeorm';
import type { SessionActor } from '../../common/access/actor.js';
import { parseId } from '../../common/ids.js';
import { Housekeeping } from '../../common/lifecycle/housekeeping.js';
import { errors } from '../../common/refusals/errors.js';
import { fromNow, now } from '../../common/time.js';
import { findForUpdate } from '../../database/find-for-update.js';
import { Transactions } from '../../database/transactions.js';
import { Denials } from '../../events/denials.js';
import { DomainEvents } from '../../events/domain-events.js';
import type { EventActor } from '../../events/event-actor.js';
import { findUserForUpdate } from '../../users/find-user-for-update.js';
import type { User } from '../../users/user.entity.js';
import { UsersService } from '../../users/users.service.js';
import { Factor } from './factor.entity.js';
import { RecoveryCodes } from './recovery-codes/recovery-codes.js';

/** A factor that was not confirmed within this time is forgotten. */
const ENROLMENT_MS = 10 * 60_000;
const MAX_FACTORS = 10;

/** The second factors of users. A user with a confirmed one needs it to sign in. */
@Injectable()
export class Factors {
  constructor(
    @InjectRepository(Factor) private readonly factors: Repository<Factor>,
    private readonly codes: RecoveryCodes,
    private readonly users: UsersService,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
    private readonly denials: Denials,
    housekeeping: Housekeeping,
  ) {
    housekeeping.register('unconfirmed factors', () => this.#forgetUnconfirmed());
  }

  /** The confirmed factors of a user, oldest first. */
  list(userId: string): Promise<Factor[]> {
    return this.factors.find({ where: { userId, confirmedAt: Not(IsNull()) }, order: { id: 'ASC' } });
  }

  /** @throws `too_many_factors` when the user has as many as one may have. */
  async requireRoom(userId: string): Promise<void> {
    if ((await this.list(userId)).length >= MAX_FACTORS) throw errors.tooManyFactors(MAX_FACTORS);
  }

  /** Adds a factor that is not confirmed yet, in place of another such one. @throws `too_many_factors`. */
  async add(tx: EntityManager, factor: Factor): Promise<void> {
    const { userId } = factor;
    if ((await findUserForUpdate(tx, userId)) === null) throw errors.unauthorized();
    await tx.delete(Factor, { userId, confirmedAt: IsNull() });
    if ((await tx.countBy(Factor, { userId })) >= MAX_FACTORS) throw errors.tooManyFactors(MAX_FACTORS);
    await tx.insert(Factor, factor);
  }

  /** A factor of the actor that waits to be confirmed. Null when there is none, or its ten minutes are over. */
  async findUnconfirmed(actor: SessionActor, id: string): Promise<Factor | null> {
    const found = await this.factors.findOneBy({
      id: parseId(id) ?? '',
      userId: actor.userId,
      confirmedAt: IsNull(),
    });
    return found === null || found.createdAt < fromNow(-ENROLMENT_MS) ? null : found;
  }

  /**
   * Makes a factor count from now on, inside the caller's transaction, which has checked it.
   * @returns recovery codes with the first factor, and none with a later one.
   */
  async confirm(tx: EntityManager, actor: SessionActor, factor: Factor): Promise<string[]> {
    const user = await findUserForUpdate(tx, factor.userId);
    if (user === null) throw errors.unauthorized();
    const { affected } = await tx.update(
      Factor,
      { id: factor.id, confirmedAt: IsNull() },
      { confirmedAt: now() },
    );
    if (affected !== 1) throw errors.factorNotFound();
    await this.users.setFactors(tx, user, user.factors + 1);
    await this.events.publishIn(tx, {
      type: 'factor.added',
      actor,
      userId: user.id,
      factorId: factor.id,
      kind: factor.type,
      name: factor.name,
    });
    return user.factors === 0 ? this.codes.renew(tx, user.id) : [];
  }

  /**
   * Removes a factor. With the last one, the recovery codes end.
   * @throws `factor_not_found`. It is recorded as a denial, whether or not the id exists.
   */
  async remove(actor: SessionActor, id: string): Promise<void> {
    const factorId = parseId(id);
    if (factorId === null) throw errors.factorNotFound();
    const removed = await this.transactions.run(async (tx) => {
      const user = await findUserForUpdate(tx, actor.userId);
      const [factor] = await findForUpdate(tx, Factor, { id: factorId, userId: actor.userId });
      if (user === null || factor === undefined) return false;
      await this.#remove(tx, actor, user, [factor]);
      return true;
    });
    if (!removed) await this.denials.refuse(actor, `factor:${factorId}`, errors.factorNotFound());
  }

  /** Removes all factors of a user. @returns how many counted. @throws `user_not_found`. */
  removeAll(actor: EventActor, userId: string): Promise<number> {
    return this.transactions.run(async (tx) => {
      const user = await findUserForUpdate(tx, userId);
      if (user === null) throw errors.userNotFound();
      await this.#remove(tx, actor, user, await findForUpdate(tx, Factor, { userId }));
      return user.factors;
    });
  }

  /** A new set of recovery codes for the actor. @throws `no_factor`. */
  renewCodes(actor: SessionActor): Promise<string[]> {
    return this.transactions.run(async (tx) => {
      const user = await findUserForUpdate(tx, actor.userId);
      if (user === null) throw errors.unauthorized();
      if (user.factors === 0) throw errors.noFactor();
      await this.events.publishIn(tx, { type: 'factor.codes_renewed', actor, userId: user.id });
      return this.codes.renew(tx, user.id);
    });
  }

  async #remove(tx: EntityManager, actor: EventActor, user: User, factors: readonly Factor[]): Promise<void> {
    for (const factor of factors) {
      await tx.delete(Factor, { id: factor.id });
      if (factor.confirmedAt === null) continue;
      await this.events.publishIn(tx, {
        type: 'factor.removed',
        actor,
        userId: user.id,
        factorId: factor.id,
        kind: factor.type,
        name: factor.name,
      });
    }
    const left = await tx.countBy(Factor, { userId: user.id, confirmedAt: Not(IsNull()) });
    if (left === 0) await this.codes.end(tx, user.id);
    await this.users.setFactors(tx, user, left);
  }

  async #forgetUnconfirmed(): Promise<void> {
    await this.transactions.run(
      async (tx) =>
        void (await tx.delete(Factor, {
          confirmedAt: IsNull(),
          createdAt: LessThan(fromNow(-ENROLMENT_MS)),
        })),
    );
  }
}
