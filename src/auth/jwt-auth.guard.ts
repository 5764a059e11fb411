import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { Request } from 'express';
import { errors } from '../common/errors.js';
import { PUBLIC_ROUTE } from '../common/public.js';
import { requestContext } from '../common/request-context.js';
import { ApiKeysService } from './keys/api-keys.service.js';
import { claimsToBeKey } from './keys/key-secret.js';
import { SessionsService } from './sessions/sessions.service.js';
import { bearerToken } from './tokens/bearer-token.js';
import { VerifiedTokens } from './tokens/verified-tokens.js';

/** Closes every route to callers without a valid token or API key, except those that `@Public()` opens. */
@Injectable()
export class JwtAuthGuard extends AuthGuard('jwt') {
  constructor(
    private readonly reflector: Reflector,
    private readonly verified: VerifiedTokens,
    private readonly sessions: SessionsService,
    private readonly keys: ApiKeysService,
  ) {
    super();
  }

  override canActivate(context: ExecutionContext) {
    const open = this.reflector.getAllAndOverride<boolean>(PUBLIC_ROUTE, [
      context.getHandler(),
      context.getClass(),
    ]);
    return open ? true : this.#authenticate(context);
  }

  override handleRequest<T>(error: unknown, user: T | false): T {
    if (error) throw error as Error;
    if (!user) throw errors.unauthorized();
    return user;
  }

  /** Passport judges a token once; afterwards only what can change about it is asked. */
  async #authenticate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const token = bearerToken(request);
    if (token !== null && claimsToBeKey(token)) return this.#authenticateKey(request, token);
    const claims = token === null ? null : this.verified.find(token);
    if (claims === null) return super.canActivate(context) as Promise<boolean>;
    const actor = await this.sessions.findActor(claims.sid, claims.sub);
    if (actor === null) throw errors.unauthorized();
    request.user = actor;
    return true;
  }

  async #authenticateKey(request: Request, token: string): Promise<boolean> {
    const actor = await this.keys.findActor(token);
    if (actor === null) throw errors.unauthorized();
    request.user = actor;
    const context = requestContext.getStore();
    if (context !== undefined) context.keyId = actor.keyId;
    return true;
  }
}
