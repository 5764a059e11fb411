import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request, RequestHandler } from 'express';
import passport from 'passport';
import { Strategy } from 'passport-jwt';
import { errors } from '../../common/refusals/errors.js';
import { AccessTokens, hasTokenClaims, type TokenClaims } from '../sessions/access-tokens.js';
import { bearerToken } from './bearer-token.js';

/** Verifies the bearer token of a request with passport-jwt: its signature, expiry and form. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(tokens: AccessTokens) {
    super({
      jwtFromRequest: bearerToken,
      algorithms: ['HS256'],
      secretOrKeyProvider: (
        _request: unknown,
        token: string,
        done: (error: unknown, key?: string) => void,
      ) => {
        const key = tokens.keyFor(token);
        // jsonwebtoken accepts a KeyObject, which is faster than a string. Its types allow only strings.
        if (key === null) done(errors.unauthorized());
        else done(null, key as unknown as string);
      },
    });
  }

  /** The claims of the token. Null when it is invalid. */
  verify(request: Request): Promise<TokenClaims | null> {
    return new Promise((resolve, reject) => {
      const settle = (error: Error | null, claims?: TokenClaims | false) => {
        if (error === null) resolve(claims || null);
        else reject(error);
      };
      const judge = passport.authenticate('jwt', { session: false }, settle) as RequestHandler;
      void judge(request, request.res!, reject);
    });
  }

  /** Called by passport-jwt when the signature is right and the token has not expired. */
  validate(payload: unknown): TokenClaims | false {
    return hasTokenClaims(payload) && payload;
  }
}
