import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsString,
  Matches,
  Max,
  Min,
  ValidateIf,
} from 'class-validator';
import { composed, MaxCharacters } from '../../common/input/max-characters.js';
import { IsPlainText, PLAIN_TEXT } from '../../common/input/plain-text.js';
import { type Scope, SCOPES } from '../../common/access/scopes.js';
import { PUBLIC_KEY_PEM } from './public-key.js';

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
    description: 'Without it, the key never expires.',
    example: 90,
  })
  @ValidateIf(({ expires_in_days: days }: CreateKeyInput) => days !== undefined)
  @IsInt()
  @Min(1)
  @Max(3650)
  readonly expires_in_days?: number;

  @ApiPropertyOptional({
    pattern: PUBLIC_KEY_PEM.source,
    description:
      'An Ed25519 key as PEM (SPKI). The key then has no secret: requests are signed with the private key, which stays with its owner.',
  })
  @ValidateIf(({ public_key: key }: CreateKeyInput) => key !== undefined)
  @IsString()
  @Matches(PUBLIC_KEY_PEM, {
    message: 'public_key must be an Ed25519 public key as PEM (-----BEGIN PUBLIC KEY-----)',
  })
  readonly public_key?: string;
}
