import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { ApiRefusals } from '../refusals/api-refusals.js';
import type { Role } from './roles.js';

export const REQUIRED_ROLE = 'required-role';

/** Limits a route, or all routes of a controller, to users with this role. */
export function RequireRole(role: Role): ClassDecorator & MethodDecorator {
  return applyDecorators(
    SetMetadata(REQUIRED_ROLE, role),
    ApiExtension('x-role', role),
    ApiRefusals('forbidden'),
  );
}
