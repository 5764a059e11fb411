import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, IsNull, LessThan, Not, Repository } from 'typeorm';
import { errors } from '../../common/errors.js';
import type { RequestContext } from '../../common/request-context.js';
import { fromNow, now } from '../../common/time.js';
import { Transactions } from '../../database/transactions.js';
import { byAnonymous, byUser } from '../../events/event-actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import { UsersService } from '../../users/users.service.js';
import type { SignIn } from './sign-in.response.js';
import { AccessTokens } from './access-tokens.js';
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

/** Tabs that refresh at the same moment all get the one successor. */
const GRACE_MS = 10_000;

/**
 * Issues and rotates refresh tokens: each is good once, and using one again later ends its session. All tokens of a session
 * begin alike, so that an old one is known as such when its row is gone: a session keeps the row of its token, and those of
 * tokens that were used in the last 10 s.
 */
@Injectable()
export class RefreshTokensService {
  constructor(
    @InjectRepository(RefreshToken) private readonly tokens: Repository<RefreshToken>,
    private readonly sessions: SessionsService,
    private readonly users: UsersService,
    private readonly accessTokens: AccessTokens,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
  ) {}

  /** The first refresh token of a session, made in the transaction that opens it. */
  async issue(tx: EntityManager, session: Session): Promise<string> {
    const token = newRefreshSecret();
    await this.#store(tx, token, session.id);
    return token;
  }

  /**
   * Exchanges a refresh token for a new pair and prolongs its session.
   * @throws `unauthorized`; a token that was used before, and not just now, ends its session and is recorded.
   */
  async refresh(request: RequestContext, token: string): Promise<SignIn> {
    const session = isWellFormedSecret(token) ? await this.#sessionOf(token) : null;
    if (session === null) throw errors.unauthorized('The refresh token is not valid.');
    const successor = await this.transactions.run((tx) => this.#rotate(tx, token, session, request));
    if (successor === null) return this.#refuseReuse(session, request);
    const user = await this.users.getCurrent(session.userId);
    return {
      user,
      token: this.accessTokens.issue(session),
      expiresInSeconds: this.accessTokens.ttlSeconds,
      refreshToken: successor,
    };
  }

  /** The open session that a token is of, or was of when its row is gone. */
  async #sessionOf(token: string): Promise<Session | null> {
    const row =
      (await this.tokens.findOneBy({ tokenHash: hashOfSecret(token) })) ??
      (await this.tokens.findOneBy({ familyHash: hashOfFamily(token) }));
    return row === null ? null : this.sessions.findOpen(row.sessionId);
  }

  /** The successor, made now or by a neighbour a moment ago; null when the token was used long before. */
  async #rotate(
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
      await this.#removeOld(tx, session.id);
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

  /** Those that are good for nothing any more; their family tells that they were of this session. */
  async #removeOld(tx: EntityManager, sessionId: string): Promise<void> {
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

  /** Somebody has a token that was exchanged before: the thief or the owner. Both are signed out. */
  async #refuseReuse(session: Session, request: RequestContext): Promise<never> {
    await this.transactions.run(async (tx) => {
      await this.sessions.end(tx, session.userId, session.id);
      await this.events.publishIn(tx, {
        type: 'session.token_reused',
        actor: byAnonymous(request),
        userId: session.userId,
        sessionId: session.id,
      });
    });
    throw errors.unauthorized('The refresh token was used before; its session has ended.');
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
