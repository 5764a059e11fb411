import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { RequestContext } from '../../common/access/request-context.js';
import type { User } from '../../users/user.entity.js';
import { AccessTokens } from './access-tokens.js';
import { RefreshTokens } from './refresh-tokens.js';
import type { Session } from './session.entity.js';
import { SessionsService } from './sessions.service.js';

/** A session that was opened or refreshed, with the tokens for its user. */
export interface SignIn {
  readonly user: User;
  readonly sessionId: string;
  /** True when the user has not signed in before from this network with this program. */
  readonly newDevice: boolean;
  readonly token: string;
  readonly expiresInSeconds: number;
  readonly refreshToken: string;
}

/** Makes the tokens of a session. Every kind of sign-in ends here. */
@Injectable()
export class SessionIssuer {
  constructor(
    private readonly sessions: SessionsService,
    private readonly accessTokens: AccessTokens,
    private readonly refreshTokens: RefreshTokens,
  ) {}

  /**
   * Opens a session for `user` on the device of the request. The caller's transaction has added or locked the
   * user.
   * @param amr how the user has shown who they are (RFC 8176).
   */
  async open(
    tx: EntityManager,
    user: User,
    request: RequestContext,
    amr: readonly string[],
  ): Promise<SignIn> {
    const newDevice = await this.sessions.isNewDevice(tx, user.id, request);
    const session = await this.sessions.open(tx, user.id, request, amr);
    return { ...this.renew(user, session, await this.refreshTokens.issue(tx, session.id)), newDevice };
  }

  /** A new access token for a session that continues, together with its new refresh token. */
  renew(user: User, session: Session, refreshToken: string): SignIn {
    return {
      user,
      sessionId: session.id,
      newDevice: false,
      token: this.accessTokens.issue(session),
      expiresInSeconds: this.accessTokens.ttlSeconds,
      refreshToken,
    };
  }
}
