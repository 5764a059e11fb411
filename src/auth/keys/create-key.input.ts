import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  Max,
  Min,
} from 'class-validator';
import { composed, MaxCharacters } from '../../common/max-characters.js';
import { IsPlainText } from '../../common/plain-text.js';
import { type Scope, SCOPES } from '../../common/scopes.js';

export class CreateKeyInput {
  @ApiProperty({ maxLength: 100, example: 'nightly backup' })
  @IsString()
  @IsNotEmpty()
  @MaxCharacters(100, composed)
  @IsPlainText()
  readonly name: string;

  @ApiProperty({ isArray: true, enum: SCOPES, example: ['files:read'] })
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
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(3650)
  readonly expires_in_days?: number;
}
