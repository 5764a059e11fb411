import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { RequestContext } from '../../common/access/request-context.js';
import type { User } from '../../users/user.entity.js';
import { AccessTokens } from './access-tokens.js';
import { RefreshTokens } from './refresh-tokens.js';
import type { Session } from './session.entity.js';
import { SessionsService } from './sessions.service.js';

/** A session that was opened or refreshed, and what its user is given to act by it. */
export interface SignIn {
  readonly user: User;
  readonly sessionId: string;
  readonly token: string;
  readonly expiresInSeconds: number;
  readonly refreshToken: string;
}

/** Gives a user the tokens of a session. Every way of signing in ends here. */
@Injectable()
export class SessionIssuer {
  constructor(
    private readonly sessions: SessionsService,
    private readonly accessTokens: AccessTokens,
    private readonly refreshTokens: RefreshTokens,
  ) {}

  /** Opens a session for `user`, whom the caller's transaction has added or holds, on the device of the request. */
  async open(tx: EntityManager, user: User, request: RequestContext): Promise<SignIn> {
    const session = await this.sessions.open(tx, user.id, request);
    return this.renew(user, session, await this.refreshTokens.issue(tx, session.id));
  }

  /** A new access token for a session that goes on, beside the refresh token that was made for it. */
  renew(user: User, session: Session, refreshToken: string): SignIn {
    return {
      user,
      sessionId: session.id,
      token: this.accessTokens.issue(session),
      expiresInSeconds: this.accessTokens.ttlSeconds,
      refreshToken,
    };
  }
}
