import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';

/** What an API key may be allowed to do. */
export const SCOPES = ['files:read', 'files:write', 'audit:read', 'profile:read'] as const;
export type Scope = (typeof SCOPES)[number];

export const REQUIRED_SCOPE = 'required-scope';

/** Opens a route to API keys that have this scope. A route without it is closed to every key. */
export function RequireScope(scope: Scope): MethodDecorator {
  return applyDecorators(SetMetadata(REQUIRED_SCOPE, scope), ApiExtension('x-scope', scope));
}
