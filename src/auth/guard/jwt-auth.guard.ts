import { type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { Request, Response } from 'express';
import type { Actor } from '../../common/actor.js';
import { errors } from '../../common/errors.js';
import { contextOf } from '../../common/request-context.js';
import { ApiKeysService } from '../keys/api-keys.service.js';
import { claimsToBeKey } from '../keys/key-secret.js';
import { RequestLimiter } from './request-limiter.js';
import { RouteAccess } from './route-access.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { bearerToken } from './bearer-token.js';
import { VerifiedTokens } from './verified-tokens.js';

/** Closes every route to callers without a valid token or API key, except those that `@Public()` opens, and limits how often. */
@Injectable()
export class JwtAuthGuard extends AuthGuard('jwt') {
  constructor(
    private readonly access: RouteAccess,
    private readonly verified: VerifiedTokens,
    private readonly sessions: SessionsService,
    private readonly keys: ApiKeysService,
    private readonly limiter: RequestLimiter,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const { open, unlimited } = this.access.of(context);
    if (unlimited) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    try {
      if (!open) await this.#authenticate(context, request);
    } finally {
      // Whoever is recognised has a limit of their own; whoever is not shares that of their address.
      const actor = (request.user as Actor | undefined) ?? null;
      await this.limiter.consume(actor, contextOf(request), http.getResponse<Response>());
    }
    return true;
  }

  override handleRequest<T>(error: unknown, user: T | false): T {
    if (error) throw error as Error;
    if (!user) throw errors.unauthorized();
    return user;
  }

  /** Passport judges a token once; afterwards only what can change about it is asked. */
  async #authenticate(context: ExecutionContext, request: Request): Promise<void> {
    const token = bearerToken(request);
    if (token !== null && claimsToBeKey(token)) return this.#authenticateKey(request, token);
    const claims = token === null ? null : this.verified.find(token);
    if (claims === null) return void (await super.canActivate(context));
    const actor = await this.sessions.findActor(contextOf(request), claims.sid, claims.sub);
    if (actor === null) throw errors.unauthorized();
    request.user = actor;
  }

  async #authenticateKey(request: Request, token: string): Promise<void> {
    const actor = await this.keys.findActor(contextOf(request), token);
    if (actor === null) throw errors.unauthorized();
    request.user = actor;
  }
}
