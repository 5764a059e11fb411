import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-jwt';
import type { Actor } from '../../common/actor.js';
import { errors } from '../../common/errors.js';
import { contextOf } from '../../common/request-context.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { AccessTokens, hasTokenClaims } from '../sessions/access-tokens.js';
import { bearerToken } from './bearer-token.js';
import { VerifiedTokens } from './verified-tokens.js';

/** Turns a bearer token into the actor whose live session it belongs to. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(
    tokens: AccessTokens,
    private readonly sessions: SessionsService,
    private readonly verified: VerifiedTokens,
  ) {
    super({
      jwtFromRequest: bearerToken,
      algorithms: ['HS256'],
      passReqToCallback: true,
      secretOrKeyProvider: (
        _request: unknown,
        token: string,
        done: (error: unknown, key?: string) => void,
      ) => {
        const key = tokens.keyFor(token);
        // jsonwebtoken takes a KeyObject, 40 times faster than a string; the types only know strings.
        if (key === null) done(errors.unauthorized());
        else done(null, key as unknown as string);
      },
    });
  }

  /** @throws `unauthorized` for a token without its claims, or whose session has ended. */
  async validate(request: IncomingMessage, payload: unknown): Promise<Actor> {
    if (!hasTokenClaims(payload)) throw errors.unauthorized();
    const actor = await this.sessions.findActor(contextOf(request), payload.sid, payload.sub);
    if (actor === null) throw errors.unauthorized();
    this.verified.remember(bearerToken(request)!, payload);
    return actor;
  }
}
