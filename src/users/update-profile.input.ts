import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, ValidateIf } from 'class-validator';
import { composed, MaxCharacters } from '../common/input/max-characters.js';
import { IsPlainText, PLAIN_TEXT } from '../common/input/plain-text.js';

export class UpdateProfileInput {
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    maxLength: 200,
    pattern: PLAIN_TEXT,
    example: 'Ada Lovelace',
  })
  @IsOptional()
  @ValidateIf((input: UpdateProfileInput) => input.name !== null)
  @IsString()
  @MaxCharacters(200, composed)
  @IsPlainText()
  readonly name?: string | null;
}
