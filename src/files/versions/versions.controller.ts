import { Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { type Actor, CurrentActor } from '../../common/access/actor.js';
import { RequireScope } from '../../common/access/scopes.js';
import { ApiId } from '../../common/input/api-id.js';
import { PageQuery } from '../../common/paging/page-query.js';
import { ApiPageResponse, sendPage } from '../../common/paging/page-response.js';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { FileResponse, toFileResponse } from '../catalogue/file.response.js';
import { ApiDownload } from '../downloads/api-download.js';
import { FileDownloads } from '../downloads/file-downloads.js';
import { sendDownload } from '../downloads/send-download.js';
import { VersionParam } from './version.param.js';
import { toVersionResponse, VersionResponse } from './version.response.js';
import { VersionsService } from './versions.service.js';

@ApiTags('Files')
@Controller('api/files/:id/versions')
export class VersionsController {
  constructor(
    private readonly versions: VersionsService,
    private readonly downloads: FileDownloads,
  ) {}

  @Get()
  @RequireScope('files:read')
  @ApiOperation({ summary: 'The contents of a file, newest first' })
  @ApiId()
  @ApiPageResponse(VersionResponse)
  @ApiRefusals('file_not_found')
  async list(
    @CurrentActor() actor: Actor,
    @Param('id') id: string,
    @Query() query: PageQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<VersionResponse[]> {
    return sendPage(request, response, await this.versions.list(actor, id, query), toVersionResponse);
  }

  @Get(':version')
  @RequireScope('files:read')
  @ApiRefusals('version_not_found', 'validation_failed')
  @ApiDownload('Download a content of a file')
  async download(
    @CurrentActor() actor: Actor,
    @Param() { id, version }: VersionParam,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await sendDownload(response, await this.downloads.openVersion(actor, id, version, request));
  }

  @Post(':version/restore')
  @RequireScope('files:write')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Make an earlier content the current one',
    description:
      'It gets a new number, and no bytes are copied. The file takes the name and the media type of the version. Restoring the ' +
      'current content changes nothing.',
  })
  @ApiOkResponse({ type: FileResponse })
  @ApiRefusals('file_not_found', 'version_not_found', 'validation_failed', 'writes')
  async restore(@CurrentActor() actor: Actor, @Param() { id, version }: VersionParam): Promise<FileResponse> {
    return toFileResponse(await this.versions.restore(actor, id, version));
  }

  @Delete(':version')
  @RequireScope('files:write')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete an earlier content' })
  @ApiNoContentResponse()
  @ApiRefusals('file_not_found', 'version_not_found', 'version_current', 'validation_failed', 'writes')
  async delete(@CurrentActor() actor: Actor, @Param() { id, version }: VersionParam): Promise<void> {
    await this.versions.delete(actor, id, version);
  }
}
