import { ApiProperty } from '@nestjs/swagger';
import type { Granted } from './grants.service.js';

class GrantedFileResponse {
  @ApiProperty({ example: 'report.pdf' })
  readonly name: string;

  @ApiProperty({ type: 'integer', format: 'int64', description: 'Bytes.', example: 48123 })
  readonly size: number;

  @ApiProperty({ description: 'As declared at the upload.', example: 'application/pdf' })
  readonly mime_type: string;

  @ApiProperty({ pattern: '^[0-9a-f]{64}$' })
  readonly sha256: string;
}

export class GrantResponse {
  @ApiProperty({
    format: 'uri',
    description: 'Where the bytes are. It needs no token, and begins with `PUBLIC_URL`.',
    example: 'https://files.example.org/api/public/grants/wYkM0c6i1zjv2yq7mB9pQe4nXh3sLr8tGd5uAfKoJtE',
  })
  readonly url: string;

  @ApiProperty()
  readonly file: GrantedFileResponse;

  @ApiProperty({ format: 'date-time', description: 'Until then `url` can be fetched, as often as you like.' })
  readonly expires: string;
}

export function toGrantResponse(granted: Granted, publicUrl: string): GrantResponse {
  const { name, size, mimeType, sha256 } = granted.file;
  return {
    url: `${publicUrl}/api/public/grants/${granted.token}`,
    file: { name, size, mime_type: mimeType, sha256 },
    expires: granted.expiresAt,
  };
}
