import { ApiProperty } from '@nestjs/swagger';
import type { Response } from 'express';
import type { ResumableUpload } from './resumable-upload.entity.js';

export class ResumableUploadResponse {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({ type: 'integer', format: 'int64', description: 'Bytes that are safe.', example: 5242880 })
  readonly offset: number;

  @ApiProperty({
    type: 'integer',
    format: 'int64',
    description: 'Bytes of the whole file.',
    example: 52428800,
  })
  readonly length: number;

  @ApiProperty({ example: 'report.pdf' })
  readonly name: string;

  @ApiProperty({ format: 'date-time', description: 'When it is removed, unless bytes arrive before.' })
  readonly expires: string;

  @ApiProperty({
    type: 'string',
    format: 'uuid',
    nullable: true,
    description: 'The file that it has become; null before.',
  })
  readonly file_id: string | null;
}

export function toResumableUploadResponse(upload: ResumableUpload): ResumableUploadResponse {
  return {
    id: upload.id,
    offset: upload.offset,
    length: upload.length,
    name: upload.name,
    expires: upload.expiresAt,
    file_id: upload.fileId,
  };
}

/** Sets the header fields that tell a tus client how far the upload is. */
export function sendProgress(response: Response, upload: ResumableUpload): void {
  response.setHeader('Upload-Offset', String(upload.offset));
  response.setHeader('Upload-Expires', new Date(upload.expiresAt).toUTCString());
  if (upload.fileId !== null) response.setHeader('Content-Location', `/api/files/${upload.fileId}`);
}

/** Sets the header fields of a new upload. */
export function sendCreated(response: Response, upload: ResumableUpload): void {
  response.setHeader('Location', `/api/uploads/${upload.id}`);
  sendProgress(response, upload);
}

/** Sets all that a tus client may know of an upload. */
export function sendDescription(response: Response, upload: ResumableUpload): void {
  response.setHeader('Upload-Length', String(upload.length));
  if (upload.metadata !== '') response.setHeader('Upload-Metadata', upload.metadata);
  response.setHeader('Cache-Control', 'no-store');
  sendProgress(response, upload);
}
