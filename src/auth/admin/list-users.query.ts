import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import { PageQuery } from '../../common/paging/page-query.js';
import { IsPlainText, PLAIN_TEXT } from '../../common/input/plain-text.js';

/** A page of users. */
export class ListUsersQuery extends PageQuery {
  @ApiPropertyOptional({
    minLength: 1,
    maxLength: 254,
    pattern: PLAIN_TEXT,
    description: 'A part of the e-mail, in any case.',
  })
  @IsOptional()
  @IsString()
  @IsPlainText()
  @MinLength(1)
  @MaxLength(254)
  readonly search?: string;
}
