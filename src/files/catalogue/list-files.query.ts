import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { PageQuery } from '../../common/paging/page-query.js';
import { IsPlainText, PLAIN_TEXT } from '../../common/input/plain-text.js';

export class ListFilesQuery extends PageQuery {
  @ApiPropertyOptional({
    maxLength: 255,
    pattern: PLAIN_TEXT,
    description: 'Only files whose name contains this, without regard to case.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(255)
  @IsPlainText()
  readonly name?: string;
}
