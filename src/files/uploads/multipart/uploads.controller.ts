import { Controller, Post, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { type Actor, CurrentActor } from '../../../common/access/actor.js';
import { RequireScope } from '../../../common/access/scopes.js';
import { StreamedBody } from '../../../common/input/streamed-body.js';
import { FileResponse } from '../../catalogue/file.response.js';
import { ApiMultipartUpload, REPLAYED } from './api-multipart-upload.js';
import { sendUpload } from './upload.response.js';
import { UploadsService } from './uploads.service.js';

@ApiTags('Files')
@Controller('api/files')
export class UploadsController {
  constructor(private readonly uploads: UploadsService) {}

  @Post()
  @RequireScope('files:write')
  @StreamedBody()
  @ApiOperation({ summary: 'Upload a file' })
  @ApiMultipartUpload()
  @ApiCreatedResponse({
    type: FileResponse,
    headers: {
      Location: { description: 'Where the bytes are.', required: true, schema: { type: 'string' } },
      ...REPLAYED,
    },
  })
  async upload(
    @CurrentActor() actor: Actor,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<FileResponse> {
    return sendUpload(response, await this.uploads.upload(actor, request));
  }
}
