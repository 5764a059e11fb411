import { ApiProperty } from '@nestjs/swagger';
import type { ShareLink } from './share-link.entity.js';

export class ShareResponse {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({ format: 'uuid' })
  readonly file_id: string;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  readonly expires: string | null;

  @ApiProperty({ type: 'integer', nullable: true, minimum: 1, example: 5 })
  readonly max_downloads: number | null;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Downloads that were granted.', example: 0 })
  readonly downloads: number;

  @ApiProperty()
  readonly has_password: boolean;

  @ApiProperty({ type: String, nullable: true, example: 'for the auditors' })
  readonly note: string | null;

  @ApiProperty({ format: 'date-time' })
  readonly created: string;
}

export class NewShareResponse extends ShareResponse {
  @ApiProperty({
    format: 'uri',
    description: 'The page for people, shown only now. It begins with `PUBLIC_URL`.',
    example: 'https://files.example.org/s/wYkM0c6i1zjv2yq7mB9pQe4nXh3sLr8tGd5uAfKoJtE',
  })
  readonly url: string;

  @ApiProperty({
    pattern: '^[A-Za-z0-9_-]{43}$',
    description: 'The token in `url`, for programs, shown only now.',
    example: 'wYkM0c6i1zjv2yq7mB9pQe4nXh3sLr8tGd5uAfKoJtE',
  })
  readonly token: string;
}

export function toShareResponse(link: ShareLink): ShareResponse {
  return {
    id: link.id,
    file_id: link.fileId,
    expires: link.expiresAt,
    max_downloads: link.maxDownloads,
    downloads: link.downloads,
    has_password: link.passwordHash !== null,
    note: link.note,
    created: link.createdAt,
  };
}

export function toNewShareResponse(
  { link, token }: { readonly link: ShareLink; readonly token: string },
  publicUrl: string,
): NewShareResponse {
  return { ...toShareResponse(link), url: `${publicUrl}/s/${token}`, token };
}
