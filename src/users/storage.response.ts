import { ApiProperty } from '@nestjs/swagger';

const bytes = { type: 'integer', format: 'int64', minimum: 0 } as const;

/** How many bytes are kept for a user, and how many may be. */
export class StorageResponse {
  @ApiProperty({
    ...bytes,
    description: 'Bytes that count in the quota: of files, versions, trash and unfinished uploads.',
    example: 48123,
  })
  readonly used: number;

  @ApiProperty({
    ...bytes,
    nullable: true,
    description: 'Bytes that may be kept; null = no limit.',
    example: null,
  })
  readonly quota: number | null;

  @ApiProperty({ ...bytes, description: 'Bytes of files.', example: 48123 })
  readonly files: number;

  @ApiProperty({ ...bytes, description: 'Bytes of earlier versions of files.', example: 0 })
  readonly versions: number;

  @ApiProperty({ ...bytes, description: 'Bytes of the trash.', example: 0 })
  readonly trash: number;
}
