import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LRUCache } from 'lru-cache';
import { type EntityManager, IsNull, Not, Repository } from 'typeorm';
import type { Actor } from '../../common/actor.js';
import { newId } from '../../common/ids.js';
import { fromNow, now } from '../../common/time.js';
import { AppConfig } from '../../config/app-config.js';
import { Transactions } from '../../database/transactions.js';
import { UsersService } from '../../users/users.service.js';
import { Session } from './session.entity.js';

/** How long another process may go on accepting a session that was ended here. */
const CACHE_TTL_MS = 5000;
const CACHED_SESSIONS = 50_000;

/** Opens and ends sessions, and knows which are alive without asking the database at every request. */
@Injectable()
export class SessionsService {
  readonly #ttlSeconds: number;

  /** Who a live session belongs to. `false` is a session that has ended, remembered as briefly. */
  readonly #alive = new LRUCache<string, Actor | false>({
    max: CACHED_SESSIONS,
    ttl: CACHE_TTL_MS,
    fetchMethod: (id) => this.#load(id),
  });

  constructor(
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
    private readonly users: UsersService,
    private readonly transactions: Transactions,
    config: AppConfig,
  ) {
    this.#ttlSeconds = config.auth.tokenTtlSeconds;
  }

  /** Opens a session inside the caller's transaction. */
  async open(tx: EntityManager, userId: string): Promise<Session> {
    const session = tx.create(Session, {
      id: newId(),
      userId,
      createdAt: now(),
      expiresAt: fromNow(this.#ttlSeconds * 1000),
      endedAt: null,
    });
    await tx.insert(Session, session);
    return session;
  }

  /** The caller behind a session, or null when it has ended, was never there, or belongs to somebody else. */
  async findActor(sessionId: string, userId: string): Promise<Actor | null> {
    const actor = this.#alive.get(sessionId) ?? (await this.#alive.fetch(sessionId));
    return actor && actor.userId === userId ? actor : null;
  }

  /**
   * Ends the sessions of a user inside the caller's transaction, all or all but one. They stop working
   * here when it commits, and within 5 s on every other process.
   * @returns how many were ended.
   */
  async endAll(tx: EntityManager, userId: string, exceptId?: string): Promise<number> {
    const open = await tx.find(Session, {
      select: { id: true },
      where: { userId, endedAt: IsNull(), ...(exceptId === undefined ? {} : { id: Not(exceptId) }) },
    });
    await tx.update(
      Session,
      { userId, endedAt: IsNull(), ...(exceptId === undefined ? {} : { id: Not(exceptId) }) },
      { endedAt: now() },
    );
    this.transactions.afterCommit(() => open.forEach(({ id }) => this.#alive.set(id, false)));
    return open.length;
  }

  async #load(id: string): Promise<Actor | false> {
    const session = await this.sessions.findOneBy({ id });
    if (session === null || session.endedAt !== null || session.expiresAt <= now()) return false;
    const user = await this.users.find(session.userId);
    return user === null ? false : { userId: user.id, sessionId: id, roles: user.roles };
  }
}
