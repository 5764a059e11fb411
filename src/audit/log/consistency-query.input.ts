import { ApiProperty } from '@nestjs/swagger';
import { IsWholeNumber } from '../../common/whole-number.js';

/** Two sizes of the log, 1 ≤ from ≤ to ≤ its latest. */
export class ConsistencyQueryInput {
  @ApiProperty({ type: 'integer', minimum: 1 })
  @IsWholeNumber(1, Number.MAX_SAFE_INTEGER)
  readonly from: number;

  @ApiProperty({ type: 'integer', minimum: 1 })
  @IsWholeNumber(1, Number.MAX_SAFE_INTEGER)
  readonly to: number;
}
