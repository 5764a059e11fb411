import { type ExecutionContext, Injectable, type Type } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { PUBLIC_ROUTE, UNLIMITED_ROUTE } from '../../common/access/public.js';
import { REQUIRED_ROLE } from '../../common/access/require-role.js';
import type { Role } from '../../common/access/roles.js';
import { REQUIRED_SCOPE, type Scope } from '../../common/access/scopes.js';
import { JSON_ROUTE } from '../../common/input/json-body.js';
import { STREAM_ROUTE } from '../../common/input/streamed-body.js';

/** The requirements of a route for its callers. */
export interface Access {
  /** True when the route needs no token. */
  readonly open: boolean;
  /** True when the route has no rate limit. */
  readonly unlimited: boolean;
  /** The scope that an API key needs. Undefined when the route is closed to keys. */
  readonly scope: Scope | undefined;
  readonly role: Role | undefined;
  /** True when something reads the body, and compares it with the digest of a signed request. */
  readonly takesBody: boolean;
}

/** Reads the requirements from the decorators of a route and its controller, once for each route. */
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
      takesBody: declared<boolean>(JSON_ROUTE) === true || declared<boolean>(STREAM_ROUTE) === true,
    };
    const routes = this.#known.get(controller) ?? new Map<typeof handler, Access>();
    this.#known.set(controller, routes.set(handler, access));
    return access;
  }
}
