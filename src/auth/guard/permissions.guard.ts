import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Actor } from '../../common/actor.js';
import { type ApiError, errors } from '../../common/errors.js';
import { Denials } from '../../events/denials.js';
import { type Access, RouteAccess } from './route-access.js';

/**
 * Asks whether the caller may use the route: an API key needs the scope that the route declares, and a route
 * that declares none is closed to keys; anybody needs the role that it declares. A refusal is recorded.
 */
@Injectable()
export class PermissionsGuard implements CanActivate {
  constructor(
    private readonly access: RouteAccess,
    private readonly denials: Denials,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const actor = request.user as Actor | undefined;
    if (actor === undefined) return true;
    const refusal = this.#refusalFor(actor, this.access.of(context));
    return refusal === null ? true : this.#refuse(actor, refusal, request);
  }

  #refusalFor(actor: Actor, { scope, role }: Access): ApiError | null {
    if (actor.type === 'key' && (scope === undefined || !actor.scopes.includes(scope)))
      return errors.insufficientScope(scope);
    return role === undefined || actor.roles.includes(role) ? null : errors.forbidden();
  }

  #refuse(actor: Actor, refusal: ApiError, request: Request): Promise<never> {
    const route = request.route as { path: string };
    return this.denials.refuse(actor, `route:${request.method} ${route.path}`, refusal);
  }
}
