import { ApiProperty } from '@nestjs/swagger';
import { FileResponse, toFileResponse } from '../catalogue/file.response.js';
import type { TrashedFile } from './trashed-files.js';

export class TrashedFileResponse extends FileResponse {
  @ApiProperty({ format: 'date-time', description: 'When the file was deleted.' })
  readonly trashed: string;

  @ApiProperty({
    format: 'date-time',
    description: 'From then on it may be removed for good. `TRASH_DAYS` after `trashed`.',
  })
  readonly expires: string;
}

export function toTrashedFileResponse({ file, trashed, expires }: TrashedFile): TrashedFileResponse {
  return { ...toFileResponse(file), trashed, expires };
}
