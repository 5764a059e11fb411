import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import type { Actor } from '../common/actor.js';
import { type ApiError, errors } from '../common/errors.js';
import { REQUIRED_ROLE, type Role } from '../common/roles.js';
import { REQUIRED_SCOPE, type Scope } from '../common/scopes.js';
import { byUser } from '../events/domain-event.js';
import { DomainEvents } from '../events/domain-events.js';

/**
 * Asks whether the caller may use the route: an API key needs the scope that the route declares, and a route
 * that declares none is closed to keys; anybody needs the role that it declares. A refusal is recorded.
 */
@Injectable()
export class PermissionsGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly events: DomainEvents,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const actor = request.user as Actor | undefined;
    if (actor === undefined) return true;
    const refusal = this.#refusalFor(actor, context);
    return refusal === null ? true : this.#refuse(actor, refusal, request);
  }

  #refusalFor(actor: Actor, context: ExecutionContext): ApiError | null {
    const handlers = [context.getHandler(), context.getClass()];
    if (actor.type === 'key') {
      const scope = this.reflector.getAllAndOverride<Scope | undefined>(REQUIRED_SCOPE, handlers);
      if (scope === undefined || !actor.scopes.includes(scope)) return errors.insufficientScope(scope);
    }
    const role = this.reflector.getAllAndOverride<Role | undefined>(REQUIRED_ROLE, handlers);
    return role === undefined || actor.roles.includes(role) ? null : errors.forbidden();
  }

  async #refuse(actor: Actor, refusal: ApiError, request: Request): Promise<never> {
    const route = request.route as { path: string };
    await this.events.publish({
      type: 'access.denied',
      actor: byUser(actor),
      userId: actor.userId,
      resource: `route:${request.method} ${route.path}`,
      reason: refusal.code,
    });
    throw refusal;
  }
}
