import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';

const MAX_CHARACTERS = 100;

/** The challenge that a passkey answers. */
export const PasskeyChallengeField = () =>
  applyDecorators(
    ApiProperty({ maxLength: MAX_CHARACTERS, description: 'From the answer with the options.' }),
    IsString(),
    MaxLength(MAX_CHARACTERS),
  );
