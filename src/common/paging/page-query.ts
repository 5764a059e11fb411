import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { IsWholeNumber } from '../input/whole-number.js';

/** `limit` and `cursor`, the parameters of every list. */
export class PageQuery {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 200,
    default: 50,
    description: 'Items a page.',
  })
  @IsOptional()
  @IsWholeNumber(1, 200)
  readonly limit: number = 50;

  @ApiPropertyOptional({
    maxLength: 512,
    description: 'Copied from the `Link` header of the previous page.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(512)
  readonly cursor?: string;
}
