import { Injectable } from '@nestjs/common';
import { type EntityManager, type FindOptionsWhere, In, IsNull, LessThan, Not } from 'typeorm';
import { Housekeeping } from '../../common/lifecycle/housekeeping.js';
import { newId } from '../../common/ids.js';
import type { RequestContext } from '../../common/access/request-context.js';
import { fromNow, now } from '../../common/time.js';
import { Transactions } from '../../database/transactions.js';
import { byUser } from '../../events/event-actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import { isLive, LiveSessions } from './live-sessions.js';
import { Session } from './session.entity.js';

const SESSIONS_PER_USER = 100;
/** Sessions that one sign-in ends at most. It is one, or more where a user had too many before there was a limit. */
const MOST_ENDED = 10_000;
/** A session that is not refreshed for so long has ended. */
const SESSION_TTL_MS = 30 * 24 * 3_600_000;
const KEPT_MS = 90 * 24 * 3_600_000;
const USER_AGENT_CHARACTERS = 512;

/** Opens, prolongs and ends sessions. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly live: LiveSessions,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
    housekeeping: Housekeeping,
  ) {
    housekeeping.register('sessions', () => this.#removeOld());
  }

  /**
   * Opens a session on the device of the request. The caller's transaction has added the user or holds them
   * (`findUserForUpdate`), so that sessions of one user are counted one after the other. When the user has 100 live ones,
   * the one that was used longest ago ends.
   */
  async open(tx: EntityManager, userId: string, request: RequestContext): Promise<Session> {
    await this.#makeRoom(tx, userId, request);
    const session = tx.create(Session, {
      id: newId(),
      userId,
      createdAt: now(),
      lastUsedAt: now(),
      expiresAt: fromNow(SESSION_TTL_MS),
      endedAt: null,
      ip: request.ip,
      userAgent: request.userAgent?.slice(0, USER_AGENT_CHARACTERS) ?? null,
    });
    await tx.insert(Session, session);
    return session;
  }

  /** Gives a session another 30 days from now. */
  async prolong(tx: EntityManager, id: string): Promise<void> {
    await tx.update(Session, { id }, { lastUsedAt: now(), expiresAt: fromNow(SESSION_TTL_MS) });
  }

  /** Ends one session of a user inside the caller's transaction. @returns 1, or 0 when there was none to end. */
  end(tx: EntityManager, userId: string, id: string): Promise<number> {
    return this.#endWhere(tx, { userId, id });
  }

  /**
   * Ends the sessions of a user inside the caller's transaction, all or all but one; it holds the user, so that none is
   * opened meanwhile. They stop working here when it commits, and within 5 s on every other process.
   * @returns how many were ended.
   */
  endAll(tx: EntityManager, userId: string, exceptId?: string): Promise<number> {
    return this.#endWhere(tx, { userId, ...(exceptId === undefined ? {} : { id: Not(exceptId) }) });
  }

  async #makeRoom(tx: EntityManager, userId: string, request: RequestContext): Promise<void> {
    // Ended sessions are kept since they show which addresses are the owner's; of this one the new session shows it.
    if (request.ip !== null) await tx.delete(Session, { userId, ip: request.ip, endedAt: Not(IsNull()) });
    const surplus = await tx.find(Session, {
      select: { id: true },
      where: { userId, ...isLive() },
      order: { lastUsedAt: { direction: 'DESC', nulls: 'LAST' }, id: 'DESC' },
      skip: SESSIONS_PER_USER - 1,
      take: MOST_ENDED,
    });
    if (surplus.length === 0) return;
    const count = await this.#endWhere(tx, { userId, id: In(surplus.map(({ id }) => id)) });
    await this.events.publishIn(tx, {
      type: 'session.ended',
      actor: byUser(userId, request),
      userId,
      sessionId: surplus.length === 1 ? surplus[0]!.id : null,
      count,
      reason: 'too_many_sessions',
    });
  }

  async #endWhere(tx: EntityManager, where: FindOptionsWhere<Session>): Promise<number> {
    const open = await tx.find(Session, { select: { id: true }, where: { ...where, ...isLive() } });
    await tx.update(Session, { ...where, endedAt: IsNull() }, { endedAt: now() });
    this.transactions.afterCommit(tx, () => this.live.noteEnded(open.map(({ id }) => id)));
    return open.length;
  }

  /** Sessions are kept for 90 days after they have expired: they show which addresses are the owner's. */
  async #removeOld(): Promise<void> {
    await this.transactions.run(async (tx) => {
      await tx.delete(Session, { expiresAt: LessThan(fromNow(-KEPT_MS)) });
    });
  }
}
