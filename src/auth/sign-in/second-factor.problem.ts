import { ApiPropertyOptional } from '@nestjs/swagger';
import { Problem } from '../../common/refusals/problem.js';
import { FACTOR_METHODS, type FactorMethod } from '../factors/factor-methods.js';
import { RequestOptions } from '../factors/passkeys/passkey-options.response.js';

/** A refusal that asks for a second factor. */
export class SecondFactorProblem extends Problem {
  @ApiPropertyOptional({
    description:
      'With `second_factor_required`: send it with the factor. For five minutes, five tries and one sign-in.',
  })
  readonly challenge?: string;

  @ApiPropertyOptional({ isArray: true, enum: FACTOR_METHODS, description: 'With `second_factor_required`.' })
  readonly methods?: readonly FactorMethod[];

  @ApiPropertyOptional({
    description:
      'With the method `passkey`: for `navigator.credentials.get`. Send the `credential` with `challenge`.',
  })
  readonly options?: RequestOptions;
}
