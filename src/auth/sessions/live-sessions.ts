import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type FindOptionsWhere, IsNull, MoreThan, Repository } from 'typeorm';
import { type RecentActor, RecentActors } from '../../common/access/recent-actors.js';
import type { SessionActor } from '../../common/access/actor.js';
import type { RequestContext } from '../../common/access/request-context.js';
import { fromNow, now } from '../../common/time.js';
import { Transactions } from '../../database/transactions.js';
import { UserRights } from '../../users/user-rights.js';
import { UsersService } from '../../users/users.service.js';
import { Session } from './session.entity.js';

const CACHED_SESSIONS = 50_000;
const LAST_USE_STEP_MS = 10 * 60_000;

/**
 * The sessions that have neither ended nor expired, with their users. A cache saves a query at every request.
 */
@Injectable()
export class LiveSessions {
  readonly #logger = new Logger(LiveSessions.name);
  readonly #actors = new RecentActors<SessionActor>(CACHED_SESSIONS, (id) => this.#load(id));

  constructor(
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
    private readonly users: UsersService,
    private readonly transactions: Transactions,
    rights: UserRights,
  ) {
    rights.onChanged((userId) => this.#actors.forgetUser(userId));
  }

  /** The session as stored now. Null when it is not live. */
  find(id: string): Promise<Session | null> {
    return this.sessions.findOneBy({ id, ...isLive() });
  }

  /** The caller of a session. Null when it has ended, never existed, or belongs to another user. */
  async findActor(request: RequestContext, sessionId: string, userId: string): Promise<SessionActor | null> {
    const known = await this.#actors.get(sessionId);
    if (known?.actor.userId !== userId) return null;
    return { type: 'session', userId, sessionId, roles: known.actor.roles, request };
  }

  /** Call it after the end of sessions has committed. The sessions stop working on this process. */
  noteEnded(ids: readonly string[]): void {
    for (const id of ids) this.#actors.set(id, null);
  }

  async #load(id: string): Promise<RecentActor<SessionActor> | null> {
    const session = await this.find(id);
    const user = session === null ? null : await this.users.findEnabled(session.userId);
    if (session === null || user === null) return null;
    await this.#noteUse(session);
    return {
      actor: { type: 'session', userId: user.id, sessionId: id, roles: user.roles },
      expiresAt: Date.parse(session.expiresAt),
    };
  }

  /**
   * Stores the time of use at most every ten minutes, so that most requests write nothing. When it fails, the
   * request is still answered.
   */
  async #noteUse(session: Session): Promise<void> {
    if (session.lastUsedAt !== null && session.lastUsedAt >= fromNow(-LAST_USE_STEP_MS)) return;
    try {
      await this.transactions.run(async (tx) => {
        await tx.update(Session, { id: session.id }, { lastUsedAt: now() });
      });
    } catch (error) {
      this.#logger.warn({ err: error as Error }, 'the last use of a session could not be stored');
    }
  }
}

/** Neither ended nor expired. */
export function isLive(): FindOptionsWhere<Session> {
  return { endedAt: IsNull(), expiresAt: MoreThan(now()) };
}
