import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsString,
  Max,
  Min,
  ValidateIf,
} from 'class-validator';
import { composed, MaxCharacters } from '../../common/input/max-characters.js';
import { IsPlainText, PLAIN_TEXT } from '../../common/input/plain-text.js';
import { type Scope, SCOPES } from '../../common/access/scopes.js';

export class CreateKeyInput {
  @ApiProperty({ minLength: 1, maxLength: 100, pattern: PLAIN_TEXT, example: 'nightly backup' })
  @IsString()
  @IsNotEmpty()
  @MaxCharacters(100, composed)
  @IsPlainText()
  readonly name: string;

  @ApiProperty({ isArray: true, enum: SCOPES, minItems: 1, uniqueItems: true, example: ['files:read'] })
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @IsIn(SCOPES, { each: true })
  readonly scopes: Scope[];

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 3650,
    description: 'Never, when absent.',
    example: 90,
  })
  @ValidateIf(({ expires_in_days: days }: CreateKeyInput) => days !== undefined)
  @IsInt()
  @Min(1)
  @Max(3650)
  readonly expires_in_days?: number;
}
