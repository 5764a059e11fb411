import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { ApiRefusals } from '../refusals/api-refusals.js';

/** What a user may be beyond a user. */
export const ROLES = ['user', 'auditor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export const REQUIRED_ROLE = 'required-role';

/** Closes a route, or every route of a controller, to users without this role. */
export function RequireRole(role: Role): ClassDecorator & MethodDecorator {
  return applyDecorators(
    SetMetadata(REQUIRED_ROLE, role),
    ApiExtension('x-role', role),
    ApiRefusals('forbidden'),
  );
}
