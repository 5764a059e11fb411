import { type EntityManager, IsNull, Raw } from 'typeorm';
import { errors } from '../common/errors.js';
import { findForUpdate } from '../database/find-for-update.js';
import { User } from './user.entity.js';

/**
 * Holds every admin who may act, so that two cannot leave at the same time.
 * @throws `last_admin` when nobody but `user` could manage users.
 */
export async function requireAnotherAdmin(tx: EntityManager, user: User): Promise<void> {
  const isAdmin = Raw((column) => `${column} LIKE '%admin%'`);
  const admins = await findForUpdate(tx, User, { roles: isAdmin, disabledAt: IsNull() });
  if (admins.every(({ id }) => id === user.id)) throw errors.lastAdmin();
}
