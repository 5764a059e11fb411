import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { IsWholeNumber } from '../input/whole-number.js';

/** `limit` and `cursor`, which every list takes. */
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
    description: 'From the `Link` header of the page before, unchanged.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(512)
  readonly cursor?: string;
}
