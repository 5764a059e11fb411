import { ApiProperty } from '@nestjs/swagger';
import type { StoredFile } from '../contents/stored-file.entity.js';

export class FileResponse {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({ format: 'uuid' })
  readonly user_id: string;

  @ApiProperty({ example: 'report.pdf' })
  readonly name: string;

  @ApiProperty({ type: 'integer', format: 'int64', description: 'Bytes.', example: 48123 })
  readonly size: number;

  @ApiProperty({ description: 'As declared at the upload.', example: 'application/pdf' })
  readonly mime_type: string;

  @ApiProperty({ pattern: '^[0-9a-f]{64}$' })
  readonly sha256: string;

  @ApiProperty({ format: 'date-time' })
  readonly created: string;

  @ApiProperty({ type: 'integer', minimum: 1, description: 'The number of the current content.', example: 1 })
  readonly version: number;

  @ApiProperty({ format: 'date-time', description: 'When the current content was made.' })
  readonly updated: string;
}

export function toFileResponse(file: StoredFile): FileResponse {
  return {
    id: file.id,
    user_id: file.ownerId,
    name: file.name,
    size: file.size,
    mime_type: file.mimeType,
    sha256: file.sha256,
    created: file.createdAt,
    version: file.version,
    updated: file.updatedAt,
  };
}
