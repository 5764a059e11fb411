import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { Request, Response } from 'express';
import type { Actor } from '../common/actor.js';
import { errors } from '../common/errors.js';
import { PUBLIC_ROUTE, UNLIMITED_ROUTE } from '../common/public.js';
import { contextOf } from '../common/request-context.js';
import { ApiKeysService } from './keys/api-keys.service.js';
import { claimsToBeKey } from './keys/key-secret.js';
import { RequestLimiter } from './limits/request-limiter.js';
import { SessionsService } from './sessions/sessions.service.js';
import { bearerToken } from './tokens/bearer-token.js';
import { VerifiedTokens } from './tokens/verified-tokens.js';

/** Closes every route to callers without a valid token or API key, except those that `@Public()` opens, and limits how often. */
@Injectable()
export class JwtAuthGuard extends AuthGuard('jwt') {
  constructor(
    private readonly reflector: Reflector,
    private readonly verified: VerifiedTokens,
    private readonly sessions: SessionsService,
    private readonly keys: ApiKeysService,
    private readonly limiter: RequestLimiter,
  ) {
    super();
  }

  override canActivate(context: ExecutionContext): Promise<boolean> | boolean {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(UNLIMITED_ROUTE, targets)) return true;
    const open = this.reflector.getAllAndOverride<boolean>(PUBLIC_ROUTE, targets);
    return open ? this.#limit(context) : this.#authenticateWithinLimit(context);
  }

  override handleRequest<T>(error: unknown, user: T | false): T {
    if (error) throw error as Error;
    if (!user) throw errors.unauthorized();
    return user;
  }

  /** Whoever is recognised has a limit of their own; whoever is not shares that of their address. */
  async #authenticateWithinLimit(context: ExecutionContext): Promise<boolean> {
    try {
      await this.#authenticate(context);
    } catch (error) {
      await this.#limit(context);
      throw error;
    }
    return this.#limit(context);
  }

  async #limit(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const actor = (request.user as Actor | undefined) ?? null;
    await this.limiter.consume(actor, contextOf(request), http.getResponse<Response>());
    return true;
  }

  /** Passport judges a token once; afterwards only what can change about it is asked. */
  async #authenticate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const token = bearerToken(request);
    if (token !== null && claimsToBeKey(token)) return this.#authenticateKey(request, token);
    const claims = token === null ? null : this.verified.find(token);
    if (claims === null) return super.canActivate(context) as Promise<boolean>;
    const actor = await this.sessions.findActor(contextOf(request), claims.sid, claims.sub);
    if (actor === null) throw errors.unauthorized();
    request.user = actor;
    return true;
  }

  async #authenticateKey(request: Request, token: string): Promise<boolean> {
    const actor = await this.keys.findActor(contextOf(request), token);
    if (actor === null) throw errors.unauthorized();
    request.user = actor;
    return true;
  }
}
