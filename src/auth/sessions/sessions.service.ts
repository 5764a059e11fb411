import { Injectable } from '@nestjs/common';
import { type EntityManager, type FindOptionsWhere, In, IsNull, LessThan, Not } from 'typeorm';
import { Housekeeping } from '../../common/lifecycle/housekeeping.js';
import { newId } from '../../common/ids.js';
import { addressBlock, blockOf } from '../../common/access/address-block.js';
import type { RequestContext } from '../../common/access/request-context.js';
import { fromNow, now } from '../../common/time.js';
import { Transactions } from '../../database/transactions.js';
import { byUser } from '../../events/event-actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import { isLive, LiveSessions } from './live-sessions.js';
import { SessionRows } from './session-rows.js';
import { Session } from './session.entity.js';

const SESSIONS_PER_USER = 100;
/**
 * The most sessions that one sign-in ends. Usually it is one. It is more for a user who had too many before
 * the limit existed.
 */
const MOST_ENDED = 10_000;
/** A session that is not refreshed within this time expires. */
export const SESSION_TTL_MS = 30 * 24 * 3_600_000;
/** How many sessions of a user, newest first, are compared to find a new device. */
const COMPARED_SESSIONS = 1000;
const KEPT_MS = 90 * 24 * 3_600_000;
const USER_AGENT_CHARACTERS = 512;

/** Opens, prolongs and ends sessions. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly live: LiveSessions,
    private readonly rows: SessionRows,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
    housekeeping: Housekeeping,
  ) {
    housekeeping.register('sessions', () => this.#removeOld());
  }

  /**
   * Opens a session on the device of the request. The caller's transaction has added or locked the user
   * (`findUserForUpdate`), so that the sessions of a user are counted one after the other. When the user has
   * 100 live sessions, the least recently used one ends.
   */
  async open(
    tx: EntityManager,
    userId: string,
    request: RequestContext,
    amr: readonly string[],
  ): Promise<Session> {
    await this.#makeRoom(tx, userId, request);
    const session = tx.create(Session, {
      id: newId(),
      userId,
      createdAt: now(),
      lastUsedAt: now(),
      confirmedAt: now(),
      amr: [...amr],
      expiresAt: fromNow(SESSION_TTL_MS),
      endedAt: null,
      ip: request.ip,
      userAgent: request.userAgent?.slice(0, USER_AGENT_CHARACTERS) ?? null,
      personal: null,
    });
    await tx.insert(Session, this.rows.seal(session));
    return session;
  }

  /** Prolongs a session to 30 days from now. */
  async prolong(tx: EntityManager, id: string): Promise<void> {
    await tx.update(Session, { id }, { lastUsedAt: now(), expiresAt: fromNow(SESSION_TTL_MS) });
  }

  /** When the user of a session has last shown who they are. Null when the session is not live. */
  async confirmedAt(id: string): Promise<string | null> {
    return (await this.live.find(id))?.confirmedAt ?? null;
  }

  /** Notes that the user of a session has shown who they are. */
  async confirm(tx: EntityManager, id: string): Promise<void> {
    await tx.update(Session, { id }, { confirmedAt: now() });
  }

  /** All sessions of a user but one have to be confirmed again. */
  async endConfirmations(tx: EntityManager, userId: string, exceptId: string): Promise<void> {
    await tx.update(Session, { userId, id: Not(exceptId) }, { confirmedAt: null });
  }

  /**
   * True when no session of the user, open or ended, came from the same network with the same program. Call it before
   * `open`.
   */
  async isNewDevice(tx: EntityManager, userId: string, request: RequestContext): Promise<boolean> {
    const earlier = await tx.find(Session, {
      select: { id: true, ip: true, userAgent: true, personal: true },
      where: { userId },
      order: { id: 'DESC' },
      take: COMPARED_SESSIONS,
    });
    const block = blockOf(request);
    const program = programOf(request.userAgent);
    return !earlier.some((stored) => {
      const { ip, userAgent } = this.rows.open(stored);
      return (ip === null ? 'unknown' : addressBlock(ip)) === block && programOf(userAgent) === program;
    });
  }

  /** Ends one session of a user inside the caller's transaction. @returns 1, or 0 when there was none. */
  end(tx: EntityManager, userId: string, id: string): Promise<number> {
    return this.#endWhere(tx, { userId, id });
  }

  /**
   * Ends all sessions of a user, or all but one, inside the caller's transaction. That transaction has locked
   * the user, so no session is opened meanwhile. They stop working at the commit on this process, and within
   * 5 s on others.
   * @returns how many were ended.
   */
  endAll(tx: EntityManager, userId: string, exceptId?: string): Promise<number> {
    return this.#endWhere(tx, { userId, ...(exceptId === undefined ? {} : { id: Not(exceptId) }) });
  }

  async #makeRoom(tx: EntityManager, userId: string, request: RequestContext): Promise<void> {
    // Ended sessions are kept because they show the owner's addresses. The new session shows this address.
    if (request.ip !== null)
      await tx.delete(Session, { userId, ip: this.rows.from(request.ip), endedAt: Not(IsNull()) });
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

  /** Removes sessions 90 days after their expiry. Until then they show the owner's addresses. */
  async #removeOld(): Promise<void> {
    await this.transactions.run(async (tx) => {
      await tx.delete(Session, { expiresAt: LessThan(fromNow(-KEPT_MS)) });
    });
  }
}

/** A user agent without the numbers of its version, so that an update is not a new device. */
function programOf(userAgent: string | null): string {
  return (userAgent?.slice(0, USER_AGENT_CHARACTERS) ?? '').replace(/\d+/g, '');
}
