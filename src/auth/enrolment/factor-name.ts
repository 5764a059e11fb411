import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString, ValidateIf } from 'class-validator';
import { composed, MaxCharacters } from '../../common/input/max-characters.js';
import { IsPlainText, PLAIN_TEXT } from '../../common/input/plain-text.js';

const MAX_CHARACTERS = 100;

/** How the user calls a factor. */
export const FactorName = (example: string) => applyDecorators(described(example, true), ...CHECKS);

/** The name of a factor that may be absent. */
export const OptionalFactorName = (example: string) =>
  applyDecorators(
    described(example, false),
    ValidateIf((_input, value) => value !== undefined),
    ...CHECKS,
  );

const described = (example: string, required: boolean) =>
  ApiProperty({ required, minLength: 1, maxLength: MAX_CHARACTERS, pattern: PLAIN_TEXT, example });

const CHECKS = [IsString(), IsNotEmpty(), MaxCharacters(MAX_CHARACTERS, composed), IsPlainText()];
