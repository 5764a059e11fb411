import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, LessThan, Repository } from 'typeorm';
import type { SessionActor } from '../../common/access/actor.js';
import { errors } from '../../common/refusals/errors.js';
import { parseId, UUID } from '../../common/ids.js';
import type { PageQuery } from '../../common/paging/page-query.js';
import { decodeCursor, type Page, toPage } from '../../common/paging/paging.js';
import { Transactions } from '../../database/transactions.js';
import { Denials } from '../../events/denials.js';
import { DomainEvents } from '../../events/domain-events.js';
import { findUserForUpdate } from '../../users/find-user-for-update.js';
import { Session } from './session.entity.js';
import { isLive } from './live-sessions.js';
import { SessionRows } from './session-rows.js';
import { SessionsService } from './sessions.service.js';

/** Lists and ends the sessions of a user, for that user. */
@Injectable()
export class OwnSessions {
  constructor(
    @InjectRepository(Session) private readonly rows: Repository<Session>,
    private readonly sessionRows: SessionRows,
    private readonly sessions: SessionsService,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
    private readonly denials: Denials,
  ) {}

  /** A page of the actor's live sessions, newest first. */
  async list(actor: SessionActor, { limit, cursor }: PageQuery): Promise<Page<Session>> {
    const rows = await this.rows.find({
      where: {
        userId: actor.userId,
        ...isLive(),
        ...(cursor === undefined ? {} : { id: LessThan(decodeCursor(cursor, UUID)) }),
      },
      order: { id: 'DESC' },
      take: limit + 1,
    });
    const opened = rows.map((row) => this.sessionRows.open(row));
    return toPage(opened, limit, (session) => session.id);
  }

  /** Ends the session of this request. */
  async signOut(actor: SessionActor): Promise<void> {
    await this.transactions.run(async (tx) => {
      await this.sessions.end(tx, actor.userId, actor.sessionId);
      await this.events.publishIn(tx, {
        type: 'user.signed_out',
        actor,
        userId: actor.userId,
        sessionId: actor.sessionId,
      });
    });
  }

  /**
   * Ends one of the actor's sessions.
   * @throws `session_not_found` for any other id. It is recorded as a denial, whether or not the id exists.
   */
  async endOne(actor: SessionActor, id: string): Promise<void> {
    const sessionId = parseId(id);
    if (sessionId === null) throw errors.sessionNotFound();
    const ended = await this.transactions.run(async (tx) => {
      if ((await this.sessions.end(tx, actor.userId, sessionId)) === 0) return false;
      await this.#publishEnd(tx, actor, sessionId, 1);
      return true;
    });
    if (ended) return;
    await this.denials.refuse(actor, `session:${sessionId}`, errors.sessionNotFound());
  }

  /** Ends every session of the actor except this one. */
  async endOthers(actor: SessionActor): Promise<void> {
    await this.transactions.run(async (tx) => {
      await findUserForUpdate(tx, actor.userId);
      const count = await this.sessions.endAll(tx, actor.userId, actor.sessionId);
      await this.#publishEnd(tx, actor, null, count);
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
      actor,
      userId: actor.userId,
      sessionId,
      count,
    });
  }
}
