import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { type Actor, CurrentActor } from '../../common/access/actor.js';
import { RequireScope } from '../../common/access/scopes.js';
import { ApiId } from '../../common/input/api-id.js';
import { ApiDownload } from './api-download.js';
import { FileDownloads } from './file-downloads.js';
import { sendDownload } from './send-download.js';

@ApiTags('Files')
@Controller('api/files')
export class DownloadsController {
  constructor(private readonly downloads: FileDownloads) {}

  @Get(':id')
  @RequireScope('files:read')
  @ApiId()
  @ApiDownload('Download a file')
  async download(
    @CurrentActor() actor: Actor,
    @Param('id') id: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await sendDownload(response, await this.downloads.openCurrent(actor, id, request));
  }
}
