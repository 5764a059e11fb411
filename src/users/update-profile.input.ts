import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength, ValidateIf } from 'class-validator';
import { IsPlainText } from '../common/plain-text.js';

export class UpdateProfileInput {
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 200, example: 'Ada Lovelace' })
  @IsOptional()
  @ValidateIf((input: UpdateProfileInput) => input.name !== null)
  @IsString()
  @MaxLength(200)
  @IsPlainText()
  readonly name?: string | null;
}
