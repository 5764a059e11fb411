import { ApiProperty } from '@nestjs/swagger';
import type { Content } from '../contents/content.js';

export class VersionResponse {
  @ApiProperty({ type: 'integer', minimum: 1, description: 'Never given twice within a file.', example: 1 })
  readonly version: number;

  @ApiProperty({ description: 'The name that the file had with this content.', example: 'report.pdf' })
  readonly name: string;

  @ApiProperty({ type: 'integer', format: 'int64', description: 'Bytes.', example: 48123 })
  readonly size: number;

  @ApiProperty({ example: 'application/pdf' })
  readonly mime_type: string;

  @ApiProperty({ pattern: '^[0-9a-f]{64}$' })
  readonly sha256: string;

  @ApiProperty({ format: 'date-time', description: 'When the file got this content.' })
  readonly created: string;

  @ApiProperty({ description: 'True of the content that the file has now.' })
  readonly current: boolean;
}

export function toVersionResponse(content: Content): VersionResponse {
  return {
    version: content.version,
    name: content.name,
    size: content.size,
    mime_type: content.mimeType,
    sha256: content.sha256,
    created: content.createdAt,
    current: content.current,
  };
}
