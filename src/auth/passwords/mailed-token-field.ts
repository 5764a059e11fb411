import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';

const TOKEN_CHARACTERS = 100;

/** The token of a mailed link. */
export const MailedTokenField = () =>
  applyDecorators(
    ApiProperty({ maxLength: TOKEN_CHARACTERS, description: 'What stands after `#token=` in the link.' }),
    IsString(),
    MaxLength(TOKEN_CHARACTERS),
  );
