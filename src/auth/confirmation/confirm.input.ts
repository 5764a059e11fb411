import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, MaxLength, ValidateIf } from 'class-validator';
import { OptionalOpenObject } from '../../common/input/open-object.js';
import { errors } from '../../common/refusals/errors.js';
import type { PasskeyAnswer } from '../factors/passkeys/passkey-check.js';
import { AssertionInput } from '../factors/passkeys/credential.input.js';
import { OptionalTotpCode } from '../factors/totp/totp-code.js';
import { PASSWORD_INPUT_LIMIT } from '../passwords/credential-fields.js';

const MAX_CHALLENGE = 100;

export class ConfirmInput {
  @ApiPropertyOptional({
    format: 'password',
    maxLength: PASSWORD_INPUT_LIMIT,
    description: 'Unless a passkey is shown.',
    example: 'correct horse battery staple',
  })
  @ValidateIf(({ password }: ConfirmInput) => password !== undefined)
  @IsString()
  @MaxLength(PASSWORD_INPUT_LIMIT)
  readonly password?: string;

  @OptionalTotpCode()
  readonly code?: string;

  @ApiPropertyOptional({
    maxLength: MAX_CHALLENGE,
    description: 'From `/api/auth/confirm/options`, with `credential`.',
  })
  @ValidateIf(({ challenge }: ConfirmInput) => challenge !== undefined)
  @IsString()
  @MaxLength(MAX_CHALLENGE)
  readonly challenge?: string;

  @OptionalOpenObject(AssertionInput)
  readonly credential?: AssertionInput;
}

/** With what a user confirms a session: the password, and a code if they have an app; or a passkey. */
export type ConfirmationProof =
  | { readonly type: 'password'; readonly password: string; readonly code?: string }
  | ({ readonly type: 'passkey' } & PasskeyAnswer);

/** The proof in the input. @throws `validation_failed` unless it is of one kind. */
export function toConfirmationProof({
  password,
  code,
  challenge,
  credential,
}: ConfirmInput): ConfirmationProof {
  const shown = challenge !== undefined && credential !== undefined;
  if (shown && password === undefined && code === undefined)
    return { type: 'passkey', challenge, credential };
  if (password !== undefined && challenge === undefined && credential === undefined)
    return { type: 'password', password, code };
  throw errors.validationFailed([
    { field: 'password', message: 'send either password, with code if needed, or challenge and credential' },
  ]);
}
