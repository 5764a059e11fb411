import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional } from 'class-validator';

/** The texts of a boolean in a query. */
const BOOLEANS: ReadonlyMap<unknown, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

export class DeleteFileQuery {
  @ApiPropertyOptional({
    type: 'boolean',
    default: false,
    description: 'Delete the file for good, past the trash.',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => BOOLEANS.get(value) ?? value)
  @IsBoolean()
  readonly permanently: boolean = false;
}
