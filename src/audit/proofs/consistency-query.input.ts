import { ApiProperty } from '@nestjs/swagger';
import { IsWholeNumber } from '../../common/input/whole-number.js';

/** Two sizes of the log, 1 ≤ from ≤ to ≤ its latest. */
export class ConsistencyQueryInput {
  @ApiProperty({ type: 'integer', format: 'int64', minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
  @IsWholeNumber(1, Number.MAX_SAFE_INTEGER)
  readonly from: number;

  @ApiProperty({ type: 'integer', format: 'int64', minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
  @IsWholeNumber(1, Number.MAX_SAFE_INTEGER)
  readonly to: number;
}
