import { Controller, Param, Put, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { type Actor, CurrentActor } from '../../../common/access/actor.js';
import { RequireScope } from '../../../common/access/scopes.js';
import { ApiId } from '../../../common/input/api-id.js';
import { ApiRefusals } from '../../../common/refusals/api-refusals.js';
import { StreamedBody } from '../../../common/input/streamed-body.js';
import { FileResponse } from '../../catalogue/file.response.js';
import { ApiMultipartUpload, REPLAYED } from './api-multipart-upload.js';
import { ReplacementsService } from './replacements.service.js';
import { sendReplacement } from './upload.response.js';

const CONDITIONS = {
  'If-Match':
    'Entity tags of which the current content has to have one, or `*`. Another change is not overwritten then.',
  'If-None-Match': 'Entity tags that the current content must not have.',
  'If-Unmodified-Since': 'A date, for clients without entity tags.',
};

@ApiTags('Files')
@Controller('api/files')
export class ReplacementsController {
  constructor(private readonly replacements: ReplacementsService) {}

  @Put(':id')
  @RequireScope('files:write')
  @StreamedBody()
  @ApiOperation({
    summary: 'Give a file a new content',
    description:
      'The content before stays as a version. The file takes the name and the media type of what is sent.',
  })
  @ApiId()
  @ApiHeader({ name: 'If-Match', required: false, description: CONDITIONS['If-Match'] })
  @ApiHeader({ name: 'If-None-Match', required: false, description: CONDITIONS['If-None-Match'] })
  @ApiHeader({ name: 'If-Unmodified-Since', required: false, description: CONDITIONS['If-Unmodified-Since'] })
  @ApiMultipartUpload()
  @ApiOkResponse({ type: FileResponse, headers: REPLAYED })
  @ApiRefusals('file_not_found', 'precondition_failed')
  async replace(
    @CurrentActor() actor: Actor,
    @Param('id') id: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<FileResponse> {
    return sendReplacement(response, await this.replacements.replace(actor, id, request));
  }
}
