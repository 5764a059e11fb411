import type { EntityManager } from 'typeorm';
import { errors } from '../../common/refusals/errors.js';
import { now } from '../../common/time.js';
import { findUserForUpdate } from '../../users/find-user-for-update.js';
import { ShareLink } from './share-link.entity.js';

/** How many living links a file and a user may have. */
export const LINKS_PER_FILE = 100;
export const LINKS_PER_USER = 1000;

/**
 * Makes room for a link. Links that have ended stay in the lists until their room is needed. A link lives until it has
 * expired or is used up, and the last download that it granted is over.
 * Locks the user, so that links made at the same time are counted one after the other.
 * @throws `too_many_shares`; `unauthorized` when the account was deleted.
 */
export async function makeRoom(tx: EntityManager, { ownerId, fileId }: ShareLink): Promise<void> {
  if ((await findUserForUpdate(tx, ownerId)) === null) throw errors.unauthorized();
  if ((await fullOf(tx, ownerId, fileId)) === null) return;
  await removeEnded(tx, ownerId);
  const full = await fullOf(tx, ownerId, fileId);
  if (full !== null) throw errors.tooManyShares(full === 'file' ? LINKS_PER_FILE : LINKS_PER_USER, full);
}

/** Which limit is reached. Null when there is room. */
async function fullOf(tx: EntityManager, ownerId: string, fileId: string): Promise<'file' | 'user' | null> {
  if ((await tx.countBy(ShareLink, { fileId })) >= LINKS_PER_FILE) return 'file';
  return (await tx.countBy(ShareLink, { ownerId })) >= LINKS_PER_USER ? 'user' : null;
}

async function removeEnded(tx: EntityManager, ownerId: string): Promise<void> {
  const at = now();
  await tx.sql`
    DELETE FROM share_links WHERE owner_id = ${ownerId}
      AND (expires_at <= ${at} OR downloads >= max_downloads)
      AND NOT EXISTS (SELECT 1 FROM share_grants g WHERE g.link_id = share_links.id AND g.expires_at > ${at})`;
}
