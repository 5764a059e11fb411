import type { EntityManager } from 'typeorm';
import type { SessionActor } from '../../common/access/actor.js';
import { errors } from '../../common/refusals/errors.js';
import { findUserForUpdate } from '../../users/find-user-for-update.js';
import { isLive } from './live-sessions.js';
import { Session } from './session.entity.js';

/**
 * Makes sure that the session of the request has not just ended: the guard has looked at it up to five seconds ago.
 * Locks the user, so that it does not end before the transaction does. @throws `unauthorized`.
 */
export async function requireLiveSession(
  tx: EntityManager,
  { userId, sessionId }: SessionActor,
): Promise<void> {
  await findUserForUpdate(tx, userId);
  if (!(await tx.existsBy(Session, { id: sessionId, ...isLive() }))) throw errors.unauthorized();
}
