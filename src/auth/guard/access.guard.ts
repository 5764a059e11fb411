import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Actor } from '../../common/access/actor.js';
import { type ApiError, errors } from '../../common/refusals/errors.js';
import { contextOf } from '../../common/access/request-context.js';
import { Denials } from '../../events/denials.js';
import { Credentials } from './credentials.js';
import { RequestLimiter } from './request-limiter.js';
import { type Access, RouteAccess } from './route-access.js';

/**
 * Stands before every route: finds out who is calling, limits how often, and refuses what they may not use. A route is
 * closed to callers who show no valid credential, except where `@Public()` opens it.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly routes: RouteAccess,
    private readonly credentials: Credentials,
    private readonly limiter: RequestLimiter,
    private readonly denials: Denials,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.routes.of(context);
    if (access.unlimited) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    let actor: Actor | null = null;
    try {
      if (!access.open) actor = await this.#identify(request);
    } finally {
      // Whoever is recognised has a limit of their own; whoever is not shares that of their address.
      await this.limiter.consume(actor, contextOf(request), http.getResponse<Response>());
    }
    if (access.open) return true;
    if (actor === null) throw errors.unauthorized();
    const refusal = refusalFor(actor, access);
    return refusal === null ? true : this.#refuse(actor, refusal, request);
  }

  async #identify(request: Request): Promise<Actor | null> {
    const actor = await this.credentials.findActor(request);
    if (actor !== null) request.user = actor;
    return actor;
  }

  #refuse(actor: Actor, refusal: ApiError, request: Request): Promise<never> {
    const route = request.route as { path: string };
    return this.denials.refuse(actor, `route:${request.method} ${route.path}`, refusal);
  }
}

/** A key needs the scope that the route declares, and a route that declares none is closed to keys; everybody needs its role. */
function refusalFor(actor: Actor, { scope, role }: Access): ApiError | null {
  if (actor.type === 'key' && (scope === undefined || !actor.scopes.includes(scope)))
    return errors.insufficientScope(scope);
  return role === undefined || actor.roles.includes(role) ? null : errors.forbidden();
}
