import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Actor } from '../../common/access/actor.js';
import { signedBodyOf } from '../../common/access/signed-body.js';
import { errors } from '../../common/refusals/errors.js';
import type { ApiError } from '../../common/refusals/refusal.js';
import { contextOf } from '../../common/access/request-context.js';
import { Denials } from '../../events/denials.js';
import type { Identified } from './credential.js';
import { Credentials } from './credentials.js';
import { RequestLimiter } from './request-limiter.js';
import { type Access, RouteAccess } from './route-access.js';

/**
 * Runs before every route: identifies the caller, applies the rate limit, and refuses routes that the caller
 * may not use. A route requires a valid credential unless `@Public()` opens it.
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
    let caller: Identified | null = null;
    try {
      if (!access.open) caller = await this.#identify(request);
    } finally {
      // An identified caller has a limit of their own. Other callers share the limit of their address.
      await this.limiter.consume(caller?.actor ?? null, contextOf(request), http.getResponse<Response>());
    }
    if (access.open) return true;
    if (caller === null) throw errors.unauthorized();
    const { actor, admit } = caller;
    if (admit !== undefined) await admit();
    if (!access.takesBody) refuseSignedBody(request);
    const refusal = refusalFor(actor, access);
    return refusal === null ? true : this.#refuse(actor, refusal, request);
  }

  async #identify(request: Request): Promise<Identified | null> {
    const caller = await this.credentials.identify(request);
    if (caller !== null) request.user = caller.actor;
    return caller;
  }

  #refuse(actor: Actor, refusal: ApiError, request: Request): Promise<never> {
    const route = request.route as { path: string };
    return this.denials.refuse(actor, `route:${request.method} ${route.path}`, refusal);
  }
}

/** A body that nobody reads would pass with any digest. @throws `invalid_signature`. */
function refuseSignedBody(request: Request): void {
  const body = signedBodyOf(request);
  if (body !== null) throw body.refusal();
}

/**
 * A key needs the scope that the route declares. A route without a scope is closed to keys. Every caller
 * needs the role of the route.
 */
function refusalFor(actor: Actor, { scope, role }: Access): ApiError | null {
  if (actor.type === 'key' && (scope === undefined || !actor.scopes.includes(scope)))
    return errors.insufficientScope(scope);
  return role === undefined || actor.roles.includes(role) ? null : errors.forbidden();
}
