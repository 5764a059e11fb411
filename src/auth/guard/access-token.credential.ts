import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { contextOf } from '../../common/access/request-context.js';
import { LiveSessions } from '../sessions/live-sessions.js';
import { bearerToken } from './bearer-token.js';
import type { Credential, Identified } from './credential.js';
import { JwtStrategy } from './jwt.strategy.js';
import { VerifiedTokens } from './verified-tokens.js';

/** An access token. It acts for the user of its session while the session is open. */
@Injectable()
export class AccessTokenCredential implements Credential<string> {
  constructor(
    private readonly jwt: JwtStrategy,
    private readonly verified: VerifiedTokens,
    private readonly sessions: LiveSessions,
  ) {}

  /** A JWT has dots (RFC 7519, section 3). An API key has none. */
  read(request: Request): string | null {
    const token = bearerToken(request);
    return token?.includes('.') === true ? token : null;
  }

  /**
   * The signature is verified once. Later requests check only what can change: the expiry and the session.
   */
  async identify(request: Request, token: string): Promise<Identified | null> {
    const known = this.verified.find(token);
    const claims = known ?? (await this.jwt.verify(request));
    if (claims === null) return null;
    const actor = await this.sessions.findActor(contextOf(request), claims.sid, claims.sub);
    if (known === null && actor !== null) this.verified.remember(token, claims);
    return actor && { actor };
  }
}
