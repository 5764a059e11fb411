import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, MaxLength, ValidateIf } from 'class-validator';
import { OptionalOpenObject } from '../../common/input/open-object.js';
import { errors } from '../../common/refusals/errors.js';
import type { FactorProof } from '../factors/factor-proof.js';
import { AssertionInput } from '../factors/passkeys/credential.input.js';
import { OptionalTotpCode } from '../factors/totp/totp-code.js';

const MAX_CHARACTERS = 100;

export class SecondFactorInput {
  @ApiProperty({ maxLength: MAX_CHARACTERS, description: 'From the problem that asked for the factor.' })
  @IsString()
  @MaxLength(MAX_CHARACTERS)
  readonly challenge: string;

  @OptionalTotpCode()
  readonly code?: string;

  @ApiPropertyOptional({
    maxLength: MAX_CHARACTERS,
    description:
      'Instead of `code`, such as `MFRG-GZDF-MZTW-Q2LK`. Upper and lower case, spaces and hyphens make no difference.',
  })
  @ValidateIf(({ recovery_code: code }: SecondFactorInput) => code !== undefined)
  @IsString()
  @MaxLength(MAX_CHARACTERS)
  readonly recovery_code?: string;

  @OptionalOpenObject(AssertionInput)
  readonly credential?: AssertionInput;
}

/** The proof in the input. @throws `validation_failed` unless there is exactly one. */
export function toFactorProof(input: SecondFactorInput): FactorProof {
  const { challenge, code, recovery_code: recoveryCode, credential } = input;
  const proofs: FactorProof[] = [];
  if (code !== undefined) proofs.push({ type: 'code', code });
  if (recoveryCode !== undefined) proofs.push({ type: 'recovery_code', code: recoveryCode });
  if (credential !== undefined) proofs.push({ type: 'passkey', challenge, credential });
  const [proof, ...others] = proofs;
  if (proof !== undefined && others.length === 0) return proof;
  throw errors.validationFailed([
    { field: 'code', message: 'send one of code, recovery_code and credential' },
  ]);
}
