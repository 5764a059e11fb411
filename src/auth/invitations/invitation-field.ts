import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, MaxLength, ValidateIf } from 'class-validator';

const TOKEN_CHARACTERS = 100;

/** The token of an invitation, which may be absent, but not null. */
export const InvitationField = () =>
  applyDecorators(
    ApiPropertyOptional({
      maxLength: TOKEN_CHARACTERS,
      description: 'The token of an invitation: what stands after `#token=` in its address.',
    }),
    ValidateIf((_, value) => value !== undefined),
    IsString(),
    MaxLength(TOKEN_CHARACTERS),
  );
