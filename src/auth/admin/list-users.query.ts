import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import { PageQuery } from '../../common/paging/page-query.js';
import { MAX_EMAIL_CHARACTERS } from '../../common/input/email-address.js';
import { IsPlainText, PLAIN_TEXT } from '../../common/input/plain-text.js';

/** A page of users. */
export class ListUsersQuery extends PageQuery {
  @ApiPropertyOptional({
    minLength: 1,
    maxLength: MAX_EMAIL_CHARACTERS,
    pattern: PLAIN_TEXT,
    description: 'A part of the e-mail, in any case.',
  })
  @IsOptional()
  @IsString()
  @IsPlainText()
  @MinLength(1)
  @MaxLength(MAX_EMAIL_CHARACTERS)
  readonly search?: string;
}
