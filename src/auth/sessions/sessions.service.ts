import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import {
  type EntityManager,
  type FindOptionsWhere,
  In,
  IsNull,
  LessThan,
  MoreThan,
  Not,
  Repository,
} from 'typeorm';
import type { SessionActor } from '../../common/actor.js';
import { Housekeeping } from '../../common/housekeeping.js';
import { newId } from '../../common/ids.js';
import type { RequestContext } from '../../common/request-context.js';
import { fromNow, now } from '../../common/time.js';
import { Transactions } from '../../database/transactions.js';
import { byUser } from '../../events/event-actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import { UsersService } from '../../users/users.service.js';
import { type RecentActor, RecentActors } from '../../common/access/recent-actors.js';
import { Session } from './session.entity.js';

const CACHED_SESSIONS = 50_000;
const SESSIONS_PER_USER = 100;
/** Sessions that one sign-in ends at most: one, but for users who had more before there was a limit. */
const MOST_ENDED = 10_000;
/** A session that is not refreshed for so long has ended. */
const SESSION_TTL_MS = 30 * 24 * 3_600_000;
const KEPT_MS = 90 * 24 * 3_600_000;
const LAST_USE_STEP_MS = 10 * 60_000;
const USER_AGENT_CHARACTERS = 512;

/** Opens and ends sessions, and knows which are alive without asking the database at every request. */
@Injectable()
export class SessionsService {
  readonly #logger = new Logger(SessionsService.name);
  /** Who a live session belongs to. */
  readonly #alive = new RecentActors<SessionActor>(CACHED_SESSIONS, (id) => this.#load(id));

  constructor(
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
    private readonly users: UsersService,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
    housekeeping: Housekeeping,
  ) {
    users.onRightsChanged((userId) => this.#alive.forgetUser(userId));
    housekeeping.register('sessions', () => this.#removeOld());
  }

  /**
   * Opens a session on the device of the request, inside the caller's transaction, which has made or changed the user and
   * so holds the row: sign-ins of one user are counted one after the other. With 100 open ones, that which was used
   * longest ago ends.
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

  /** A session that has neither ended nor expired, as the database has it now. */
  findOpen(id: string): Promise<Session | null> {
    return this.sessions.findOneBy({ id, ...isOpen() });
  }

  /** The caller behind a session, or null when it has ended, was never there, or belongs to somebody else. */
  async findActor(request: RequestContext, sessionId: string, userId: string): Promise<SessionActor | null> {
    const known = await this.#alive.get(sessionId);
    if (known?.actor.userId !== userId) return null;
    return { type: 'session', userId, sessionId, roles: known.actor.roles, request };
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
    // An ended one is kept to tell that its address is the owner's, and the new one tells the same.
    if (request.ip !== null) await tx.delete(Session, { userId, ip: request.ip, endedAt: Not(IsNull()) });
    const surplus = await tx.find(Session, {
      select: { id: true },
      where: { userId, ...isOpen() },
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
    const open = await tx.find(Session, { select: { id: true }, where: { ...where, ...isOpen() } });
    await tx.update(Session, { ...where, endedAt: IsNull() }, { endedAt: now() });
    this.transactions.afterCommit(tx, () => open.forEach(({ id }) => this.#alive.set(id, null)));
    return open.length;
  }

  /** An ended or expired session is kept for another 90 days: its address is known to be the owner's. */
  async #removeOld(): Promise<void> {
    await this.transactions.run(async (tx) => {
      await tx.delete(Session, { expiresAt: LessThan(fromNow(-KEPT_MS)) });
    });
  }

  async #load(id: string): Promise<RecentActor<SessionActor> | null> {
    const session = await this.findOpen(id);
    const user = session === null ? null : await this.users.findEnabled(session.userId);
    if (session === null || user === null) return null;
    await this.#noteUse(session);
    return {
      actor: { type: 'session', userId: user.id, sessionId: id, roles: user.roles },
      expiresAt: Date.parse(session.expiresAt),
    };
  }

  /** Coarse, so that using a session costs no write per request; a failure costs nobody their answer. */
  async #noteUse(session: Session): Promise<void> {
    if (session.lastUsedAt !== null && session.lastUsedAt >= fromNow(-LAST_USE_STEP_MS)) return;
    try {
      await this.transactions.run(async (tx) => {
        await tx.update(Session, { id: session.id }, { lastUsedAt: now() });
      });
    } catch (error) {
      this.#logger.warn({ err: error as Error }, 'the last use of a session could not be noted');
    }
  }
}

/** Neither ended nor expired. */
export function isOpen(): FindOptionsWhere<Session> {
  return { endedAt: IsNull(), expiresAt: MoreThan(now()) };
}
