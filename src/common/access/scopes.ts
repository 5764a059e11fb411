import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';

/** The permissions that an API key can have. */
export const SCOPES = ['files:read', 'files:write', 'audit:read', 'profile:read'] as const;
export type Scope = (typeof SCOPES)[number];

export const REQUIRED_SCOPE = 'required-scope';

/** Opens a route to API keys with this scope. A route without it is closed to all keys. */
export function RequireScope(scope: Scope): MethodDecorator {
  return applyDecorators(SetMetadata(REQUIRED_SCOPE, scope), ApiExtension('x-scope', scope));
}
