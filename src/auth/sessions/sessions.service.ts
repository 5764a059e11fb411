import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import {
  type EntityManager,
  type FindOptionsWhere,
  IsNull,
  LessThan,
  MoreThan,
  Not,
  Repository,
} from 'typeorm';
import type { SessionActor } from '../../common/actor.js';
import { errors } from '../../common/errors.js';
import { Housekeeping } from '../../common/housekeeping.js';
import { newId, parseId } from '../../common/ids.js';
import type { RequestContext } from '../../common/request-context.js';
import { fromNow, now } from '../../common/time.js';
import { Transactions } from '../../database/transactions.js';
import { byUser } from '../../events/domain-event.js';
import { DomainEvents } from '../../events/domain-events.js';
import { UsersService } from '../../users/users.service.js';
import { type RecentActor, RecentActors } from '../recent-actors.js';
import { Session } from './session.entity.js';

const CACHED_SESSIONS = 50_000;
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
    housekeeping.register('sessions', () => this.#removeOld());
  }

  /** Opens a session on the device of the request, inside the caller's transaction. */
  async open(tx: EntityManager, userId: string, request: RequestContext): Promise<Session> {
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

  /** The open sessions of the actor, newest first. */
  list(actor: SessionActor): Promise<Session[]> {
    return this.sessions.find({ where: { userId: actor.userId, ...isOpen() }, order: { id: 'DESC' } });
  }

  /** The caller behind a session, or null when it has ended, was never there, or belongs to somebody else. */
  async findActor(request: RequestContext, sessionId: string, userId: string): Promise<SessionActor | null> {
    const known = await this.#alive.get(sessionId);
    if (known?.actor.userId !== userId) return null;
    return { type: 'session', userId, sessionId, roles: known.actor.roles, request };
  }

  /** Ends the session of this request. */
  async signOut(actor: SessionActor): Promise<void> {
    await this.transactions.run(async (tx) => {
      await this.end(tx, actor.userId, actor.sessionId);
      await this.events.publishIn(tx, {
        type: 'user.signed_out',
        actor: byUser(actor),
        userId: actor.userId,
        sessionId: actor.sessionId,
      });
    });
  }

  /**
   * Ends one of the actor's sessions.
   * @throws `session_not_found` for any other id, recorded as a denial whether or not it is somebody's.
   */
  async endOne(actor: SessionActor, id: string): Promise<void> {
    const sessionId = parseId(id);
    if (sessionId === null) throw errors.sessionNotFound();
    const ended = await this.transactions.run(async (tx) => {
      if ((await this.end(tx, actor.userId, sessionId)) === 0) return false;
      await this.#publishEnd(tx, actor, sessionId, 1);
      return true;
    });
    if (ended) return;
    await this.events.publish({
      type: 'access.denied',
      actor: byUser(actor),
      userId: actor.userId,
      resource: `session:${sessionId}`,
      reason: 'session_not_found',
    });
    throw errors.sessionNotFound();
  }

  /** Ends every session of the actor but this one. */
  async endOthers(actor: SessionActor): Promise<void> {
    await this.transactions.run(async (tx) => {
      const count = await this.endAll(tx, actor.userId, actor.sessionId);
      await this.#publishEnd(tx, actor, null, count);
    });
  }

  /** Ends one session of a user inside the caller's transaction. @returns 1, or 0 when there was none to end. */
  end(tx: EntityManager, userId: string, id: string): Promise<number> {
    return this.#endWhere(tx, { userId, id });
  }

  /**
   * Ends the sessions of a user inside the caller's transaction, all or all but one. They stop working
   * here when it commits, and within 5 s on every other process.
   * @returns how many were ended.
   */
  endAll(tx: EntityManager, userId: string, exceptId?: string): Promise<number> {
    return this.#endWhere(tx, { userId, ...(exceptId === undefined ? {} : { id: Not(exceptId) }) });
  }

  /** Makes the next request of the user ask the database; to be called after a change to the user has committed. */
  forgetUser(userId: string): void {
    this.#alive.forgetUser(userId);
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

  async #publishEnd(
    tx: EntityManager,
    actor: SessionActor,
    sessionId: string | null,
    count: number,
  ): Promise<void> {
    await this.events.publishIn(tx, {
      type: 'session.ended',
      actor: byUser(actor),
      userId: actor.userId,
      sessionId,
      count,
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

function isOpen(): FindOptionsWhere<Session> {
  return { endedAt: IsNull(), expiresAt: MoreThan(now()) };
}
