import { type EntityManager, IsNull } from 'typeorm';
import { findForUpdate } from '../database/find-for-update.js';
import { User } from './user.entity.js';

/** The user as stored now. Locks the row until the transaction ends. Null when there is none. */
export async function findUserForUpdate(tx: EntityManager, id: string): Promise<User | null> {
  const [user] = await findForUpdate(tx, User, { id, departedAt: IsNull() });
  return user ?? null;
}
