import { applyDecorators, SetMetadata, UseGuards } from '@nestjs/common';
import { ApiExtension, ApiForbiddenResponse } from '@nestjs/swagger';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { ConfirmationGuard, CONFIRMED } from './confirmation.guard.js';
import { ConfirmationProblem } from './confirmation.problem.js';

/** Whose sessions must be confirmed: everybody's, or only those of accounts with a second factor. */
export type Confirmed = 'everybody' | 'accounts with a factor';

/**
 * Limits a route to sessions that were opened or confirmed within the last ten minutes. The route must be closed to
 * API keys.
 */
export function RequireConfirmation({ of = 'everybody' }: { readonly of?: Confirmed } = {}): MethodDecorator {
  return applyDecorators(
    SetMetadata(CONFIRMED, of),
    UseGuards(ConfirmationGuard),
    ...(of === 'everybody' ? [ApiExtension('x-confirmation', true)] : []),
    ApiForbiddenResponse({ type: ConfirmationProblem }),
    ApiRefusals('confirmation_required'),
  );
}
