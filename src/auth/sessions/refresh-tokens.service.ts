import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, IsNull, Repository } from 'typeorm';
import { errors } from '../../common/errors.js';
import type { RequestContext } from '../../common/request-context.js';
import { fromNow, now } from '../../common/time.js';
import { Transactions } from '../../database/transactions.js';
import { byAnonymous, byUser } from '../../events/domain-event.js';
import { DomainEvents } from '../../events/domain-events.js';
import { UsersService } from '../../users/users.service.js';
import type { SignIn } from '../sign-in.response.js';
import { AccessTokens } from '../tokens/access-tokens.js';
import { RefreshToken } from './refresh-token.entity.js';
import { hashOfSecret, newRefreshSecret, seal, unseal } from './refresh-secret.js';
import type { Session } from './session.entity.js';
import { SessionsService } from './sessions.service.js';

/** Tabs that refresh at the same moment all get the one successor. */
const GRACE_MS = 10_000;

/** Issues and rotates refresh tokens: each is good once, and using one again later ends its session. */
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
    const tokenHash = hashOfSecret(token);
    const known = await this.tokens.findOneBy({ tokenHash });
    const session = known === null ? null : await this.sessions.findOpen(known.sessionId);
    if (known === null || session === null) throw errors.unauthorized('The refresh token is not valid.');
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

  /** The successor, made now or by a neighbour a moment ago; null when the token was used long before. */
  async #rotate(
    tx: EntityManager,
    token: string,
    session: Session,
    request: RequestContext,
  ): Promise<string | null> {
    const tokenHash = hashOfSecret(token);
    const fresh = newRefreshSecret();
    const { affected } = await tx.update(
      RefreshToken,
      { tokenHash, replacedAt: IsNull() },
      { replacedAt: now(), successor: seal(fresh, token) },
    );
    if (affected === 1) {
      await this.#store(tx, fresh, session.id);
      await this.sessions.prolong(tx, session.id);
      await this.#publishRefresh(tx, session, request, false);
      return fresh;
    }
    const used = await tx.findOneByOrFail(RefreshToken, { tokenHash });
    if (used.replacedAt! < fromNow(-GRACE_MS)) return null;
    await this.#publishRefresh(tx, session, request, true);
    return unseal(used.successor!, token);
  }

  async #publishRefresh(
    tx: EntityManager,
    { id: sessionId, userId }: Session,
    request: RequestContext,
    grace: boolean,
  ): Promise<void> {
    await this.events.publishIn(tx, {
      type: 'session.refreshed',
      actor: byUser({ userId, request }),
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
      sessionId,
      createdAt: now(),
      replacedAt: null,
      successor: null,
    });
  }
}
