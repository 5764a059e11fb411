import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsString, Max, Min, ValidateIf } from 'class-validator';
import { composed, MaxCharacters } from '../../common/input/max-characters.js';
import { IsPlainText, PLAIN_TEXT } from '../../common/input/plain-text.js';
import { IsSharePassword } from './share-password.js';

const TEN_YEARS = 3650 * 86_400;
const MAX_DOWNLOADS = 1_000_000;
const MAX_NOTE = 500;

/** Absent members are not validated. Null is refused: it could be meant for "none" or for "no change". */
const IfPresent = (name: keyof CreateShareInput) =>
  ValidateIf((input: CreateShareInput) => input[name] !== undefined);

export class CreateShareInput {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: TEN_YEARS,
    description: 'Seconds, at most ten years. Without it, the link does not expire.',
    example: 604_800,
  })
  @IfPresent('expires_in')
  @IsInt()
  @Min(1)
  @Max(TEN_YEARS)
  readonly expires_in?: number;

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: 72,
    format: 'password',
    description:
      'One character or more, at most 72 bytes of UTF-8 once in NFKC, no NUL. It is not compared with a list of common passwords.',
    example: 'four words of yours',
  })
  @IfPresent('password')
  @IsString()
  @IsSharePassword()
  readonly password?: string;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: MAX_DOWNLOADS,
    description: 'How many downloads the link grants. Without it, any number.',
    example: 5,
  })
  @IfPresent('max_downloads')
  @IsInt()
  @Min(1)
  @Max(MAX_DOWNLOADS)
  readonly max_downloads?: number;

  @ApiPropertyOptional({
    maxLength: MAX_NOTE,
    pattern: PLAIN_TEXT,
    description: 'For you. People who open the link do not see it.',
    example: 'for the auditors',
  })
  @IfPresent('note')
  @IsString()
  @MaxCharacters(MAX_NOTE, composed)
  @IsPlainText()
  readonly note?: string;
}
