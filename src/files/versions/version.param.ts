import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { IsWholeNumber } from '../../common/input/whole-number.js';

/** The greatest number that the column can hold. */
const GREATEST = 2_147_483_647;

export class VersionParam {
  @ApiProperty({ format: 'uuid' })
  @IsString()
  readonly id: string;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: GREATEST })
  @IsWholeNumber(1, GREATEST)
  readonly version: number;
}
