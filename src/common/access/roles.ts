import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { ApiRefusals } from '../refusals/api-refusals.js';

/** The roles of users. */
export const ROLES = ['user', 'auditor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** The roles that can be granted and revoked. Everybody has `user`. */
export const GRANTABLE_ROLES = ['auditor', 'admin'] as const satisfies readonly Role[];
export type GrantableRole = (typeof GRANTABLE_ROLES)[number];

export const REQUIRED_ROLE = 'required-role';

/** Limits a route, or all routes of a controller, to users with this role. */
export function RequireRole(role: Role): ClassDecorator & MethodDecorator {
  return applyDecorators(
    SetMetadata(REQUIRED_ROLE, role),
    ApiExtension('x-role', role),
    ApiRefusals('forbidden'),
  );
}
