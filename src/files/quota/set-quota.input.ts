import { ApiProperty } from '@nestjs/swagger';
import { IsInt, Max, Min, ValidateIf } from 'class-validator';

export class SetQuotaInput {
  @ApiProperty({
    type: 'integer',
    format: 'int64',
    nullable: true,
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Bytes that the user may keep; 0 = no limit, null = the general quota.',
    example: 10_737_418_240,
  })
  @ValidateIf(({ bytes }: SetQuotaInput) => bytes !== null)
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  readonly bytes: number | null;
}
