import { ApiPropertyOptional } from '@nestjs/swagger';
import { Problem } from '../../common/refusals/problem.js';

/** The ways in which a user can confirm a session. */
export const CONFIRMATION_METHODS = ['password', 'totp', 'passkey'] as const;
export type ConfirmationMethod = (typeof CONFIRMATION_METHODS)[number];

/** A refusal that says how to confirm the session. */
export class ConfirmationProblem extends Problem {
  @ApiPropertyOptional({
    isArray: true,
    enum: CONFIRMATION_METHODS,
    description: 'With `confirmation_required`: how to confirm the session at `/api/auth/confirm`.',
  })
  readonly methods?: readonly ConfirmationMethod[];
}
