import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import { PageQuery } from '../../common/page-query.js';
import { IsPlainText } from '../../common/plain-text.js';

/** A page of users. */
export class ListUsersQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'A part of the e-mail, in any case.', maxLength: 254 })
  @IsOptional()
  @IsString()
  @IsPlainText()
  @MinLength(1)
  @MaxLength(254)
  readonly search?: string;
}
