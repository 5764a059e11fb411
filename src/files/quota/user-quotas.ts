import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull } from 'typeorm';
import type { SessionActor } from '../../common/access/actor.js';
import { parseId } from '../../common/ids.js';
import { errors } from '../../common/refusals/errors.js';
import { isForeignKeyViolation } from '../../database/driver-errors.js';
import { Transactions } from '../../database/transactions.js';
import { DomainEvents } from '../../events/domain-events.js';
import { StorageUsage } from './storage-usage.entity.js';

/** The quotas of single users, which admins set. */
@Injectable()
export class UserQuotas {
  constructor(
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
  ) {}

  /**
   * Sets how many bytes a user may keep: 0 = no limit, null = the general quota. It applies to the next upload. When more is kept
   * already, nothing is removed.
   * @returns the id of the user.
   * @throws `user_not_found`.
   */
  async set(by: SessionActor, id: string, bytes: number | null): Promise<string> {
    const userId = parseId(id);
    if (userId === null) throw errors.userNotFound();
    await this.transactions.run(async (tx) => {
      if (!(await changed(tx, userId, bytes))) throw errors.userNotFound();
      await this.events.publishIn(tx, { type: 'user.quota_set', actor: by, userId, bytes });
    });
    return userId;
  }
}

/** @returns false when the account was deleted. */
async function changed(tx: EntityManager, ownerId: string, quota: number | null): Promise<boolean> {
  try {
    await tx.createQueryBuilder().insert().into(StorageUsage).values({ ownerId }).orIgnore().execute();
  } catch (error) {
    if (isForeignKeyViolation(error)) throw errors.userNotFound();
    throw error;
  }
  const { affected } = await tx.update(StorageUsage, { ownerId, closedAt: IsNull() }, { quota });
  return affected === 1;
}
