import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, IsNull, LessThan, Not, Repository } from 'typeorm';
import type { RequestContext } from '../../common/access/request-context.js';
import { fromNow, now } from '../../common/time.js';
import { byAnonymous, byUser } from '../../events/event-actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import { LiveSessions } from './live-sessions.js';
import { RefreshToken } from './refresh-token.entity.js';
import {
  hashOfFamily,
  hashOfSecret,
  isWellFormedSecret,
  newRefreshSecret,
  newSuccessor,
  seal,
  unseal,
} from './refresh-secret.js';
import type { Session } from './session.entity.js';
import { SessionsService } from './sessions.service.js';

/** Requests that use a token at the same time (tabs of a browser) get the same successor. */
const GRACE_MS = 10_000;

/**
 * The refresh tokens of sessions. Each can be used once. A token that is used again later was probably
 * stolen. All tokens of a session begin with the same bytes, so an old token is recognised after its row was
 * removed. A session keeps the rows of its current token and of the tokens that were used in the last 10 s.
 */
@Injectable()
export class RefreshTokens {
  constructor(
    @InjectRepository(RefreshToken) private readonly tokens: Repository<RefreshToken>,
    private readonly live: LiveSessions,
    private readonly sessions: SessionsService,
    private readonly events: DomainEvents,
  ) {}

  /** The first refresh token of a session. It is made in the transaction that opens the session. */
  async issue(tx: EntityManager, sessionId: string): Promise<string> {
    const token = newRefreshSecret();
    await this.#store(tx, token, sessionId);
    return token;
  }

  /** The live session of a token, also when the row of the token is gone. Null when there is none. */
  async findSession(token: string): Promise<Session | null> {
    if (!isWellFormedSecret(token)) return null;
    const row =
      (await this.tokens.findOneBy({ tokenHash: hashOfSecret(token) })) ??
      (await this.tokens.findOneBy({ familyHash: hashOfFamily(token) }));
    return row === null ? null : this.live.find(row.sessionId);
  }

  /**
   * Uses a token and prolongs its session.
   * @returns its successor: a new one, or that of a use in the last 10 s. Null when the token was used
   * earlier.
   */
  async rotate(
    tx: EntityManager,
    token: string,
    session: Session,
    request: RequestContext,
  ): Promise<string | null> {
    const tokenHash = hashOfSecret(token);
    const fresh = newSuccessor(token);
    const { affected } = await tx.update(
      RefreshToken,
      { tokenHash, replacedAt: IsNull() },
      { replacedAt: now(), successor: seal(fresh, token), familyHash: hashOfFamily(token) },
    );
    if (affected === 1) {
      await this.#removeUsed(tx, session.id);
      await this.#store(tx, fresh, session.id);
      await this.sessions.prolong(tx, session.id);
      await this.#publishRefresh(tx, session, request, false);
      return fresh;
    }
    const used = await tx.findOneBy(RefreshToken, { tokenHash });
    if (used === null || used.replacedAt! < fromNow(-GRACE_MS)) return null;
    await this.#publishRefresh(tx, session, request, true);
    return unseal(used.successor!, token);
  }

  /** Ends the session of a token that was used again. Both the thief and the owner are signed out. */
  async endReused(tx: EntityManager, session: Session, request: RequestContext): Promise<void> {
    await this.sessions.end(tx, session.userId, session.id);
    await this.events.publishIn(tx, {
      type: 'session.token_reused',
      actor: byAnonymous(request),
      userId: session.userId,
      sessionId: session.id,
    });
  }

  /** Removes tokens that return no successor any more. Their family still identifies the session. */
  async #removeUsed(tx: EntityManager, sessionId: string): Promise<void> {
    await tx.delete(RefreshToken, {
      sessionId,
      replacedAt: LessThan(fromNow(-GRACE_MS)),
      familyHash: Not(IsNull()),
    });
  }

  async #publishRefresh(
    tx: EntityManager,
    { id: sessionId, userId }: Session,
    request: RequestContext,
    grace: boolean,
  ): Promise<void> {
    await this.events.publishIn(tx, {
      type: 'session.refreshed',
      actor: byUser(userId, request),
      userId,
      sessionId,
      grace,
    });
  }

  async #store(tx: EntityManager, token: string, sessionId: string): Promise<void> {
    await tx.insert(RefreshToken, {
      tokenHash: hashOfSecret(token),
      familyHash: hashOfFamily(token),
      sessionId,
      createdAt: now(),
      replacedAt: null,
      successor: null,
    });
  }
}
