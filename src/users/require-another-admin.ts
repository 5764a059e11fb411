import { type EntityManager, IsNull, Raw } from 'typeorm';
import { errors } from '../common/refusals/errors.js';
import { findForUpdate } from '../database/find-for-update.js';
import { User } from './user.entity.js';

/**
 * Call it before `user` stops being an admin: another user must remain who can manage users. It locks all
 * admins who are not disabled, so that two cannot stop at the same time. For a user who is not an admin it
 * does nothing.
 * @throws `last_admin`.
 */
export async function requireAnotherAdmin(tx: EntityManager, user: User): Promise<void> {
  if (!user.roles.includes('admin')) return;
  const isAdmin = Raw((column) => `${column} LIKE '%admin%'`);
  const admins = await findForUpdate(tx, User, {
    roles: isAdmin,
    disabledAt: IsNull(),
    departedAt: IsNull(),
  });
  if (admins.every(({ id }) => id === user.id)) throw errors.lastAdmin();
}
