import type { EntityManager } from 'typeorm';
import { findForUpdate } from '../database/find-for-update.js';
import { User } from './user.entity.js';

/** The user as the database has them now, whom nobody else changes until the transaction ends; null when there is none. */
export async function findUserForUpdate(tx: EntityManager, id: string): Promise<User | null> {
  const [user] = await findForUpdate(tx, User, { id });
  return user ?? null;
}
