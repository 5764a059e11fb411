import { type EntityManager, IsNull, Raw } from 'typeorm';
import { errors } from '../common/refusals/errors.js';
import { findForUpdate } from '../database/find-for-update.js';
import { User } from './user.entity.js';

/**
 * To be called before `user` stops being an admin: somebody else must be able to manage users. Holds every admin who is
 * not disabled, so that two cannot leave at the same time. Asks nothing of a user who is no admin.
 * @throws `last_admin`.
 */
export async function requireAnotherAdmin(tx: EntityManager, user: User): Promise<void> {
  if (!user.roles.includes('admin')) return;
  const isAdmin = Raw((column) => `${column} LIKE '%admin%'`);
  const admins = await findForUpdate(tx, User, { roles: isAdmin, disabledAt: IsNull() });
  if (admins.every(({ id }) => id === user.id)) throw errors.lastAdmin();
}
