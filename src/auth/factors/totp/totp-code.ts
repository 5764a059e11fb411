import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsString, Matches, ValidateIf } from 'class-validator';

const CODE = '^[0-9]{6}$';

/** A code of an authenticator app. */
export const TotpCode = () =>
  applyDecorators(
    ApiProperty({ pattern: CODE, description: 'Six digits of an authenticator app.', example: '287082' }),
    IsString(),
    Matches(new RegExp(CODE), { message: '$property must be six digits' }),
  );

/** A code of an authenticator app that may be absent. */
export const OptionalTotpCode = () =>
  applyDecorators(
    ApiProperty({
      pattern: CODE,
      required: false,
      description: 'Six digits of an authenticator app.',
      example: '287082',
    }),
    ValidateIf((_input, value) => value !== undefined),
    IsString(),
    Matches(new RegExp(CODE), { message: '$property must be six digits' }),
  );
