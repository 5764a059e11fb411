import { type ExecutionContext, Injectable, type Type } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { PUBLIC_ROUTE, UNLIMITED_ROUTE } from '../../common/access/public.js';
import { REQUIRED_ROLE, type Role } from '../../common/access/roles.js';
import { REQUIRED_SCOPE, type Scope } from '../../common/access/scopes.js';

/** What a route asks of its callers. */
export interface Access {
  /** True when it needs no token. */
  readonly open: boolean;
  /** True when it may be called as often as one likes. */
  readonly unlimited: boolean;
  /** What an API key must be allowed; without it the route is closed to keys. */
  readonly scope: Scope | undefined;
  readonly role: Role | undefined;
}

/** What the decorators beside a route, or on its controller, say of its callers; read once for each route. */
@Injectable()
export class RouteAccess {
  readonly #known = new Map<Type, Map<ReturnType<ExecutionContext['getHandler']>, Access>>();

  constructor(private readonly reflector: Reflector) {}

  of(context: ExecutionContext): Access {
    return this.#known.get(context.getClass())?.get(context.getHandler()) ?? this.#read(context);
  }

  #read(context: ExecutionContext): Access {
    const [handler, controller] = [context.getHandler(), context.getClass()];
    const declared = <T>(key: string) =>
      this.reflector.getAllAndOverride<T | undefined>(key, [handler, controller]);
    const access = {
      open: declared<boolean>(PUBLIC_ROUTE) === true,
      unlimited: declared<boolean>(UNLIMITED_ROUTE) === true,
      scope: declared<Scope>(REQUIRED_SCOPE),
      role: declared<Role>(REQUIRED_ROLE),
    };
    const routes = this.#known.get(controller) ?? new Map<typeof handler, Access>();
    this.#known.set(controller, routes.set(handler, access));
    return access;
  }
}
