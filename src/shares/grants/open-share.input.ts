import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, MaxLength, ValidateIf } from 'class-validator';

/** Longer than any password of a link. A longer input is refused before hashing. */
const PASSWORD_INPUT_LIMIT = 1024;

export class OpenShareInput {
  @ApiPropertyOptional({
    format: 'password',
    maxLength: PASSWORD_INPUT_LIMIT,
    description: 'Ignored when the link needs none.',
    example: 'four words of yours',
  })
  @ValidateIf(({ password }: OpenShareInput) => password !== undefined)
  @IsString()
  @MaxLength(PASSWORD_INPUT_LIMIT)
  readonly password?: string;
}
