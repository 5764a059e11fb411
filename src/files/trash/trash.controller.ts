import { Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { type Actor, CurrentActor } from '../../common/access/actor.js';
import { RequireScope } from '../../common/access/scopes.js';
import { waitOf } from '../../common/answer-wait.js';
import { ApiId } from '../../common/input/api-id.js';
import { PageQuery } from '../../common/paging/page-query.js';
import { ApiPageResponse, sendPage } from '../../common/paging/page-response.js';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { FileResponse, toFileResponse } from '../catalogue/file.response.js';
import { TrashService } from './trash.service.js';
import { TrashedFileResponse, toTrashedFileResponse } from './trashed-file.response.js';
import { TrashedFiles } from './trashed-files.js';

@ApiTags('Trash')
@Controller('api/trash')
export class TrashController {
  constructor(
    private readonly trashed: TrashedFiles,
    private readonly trash: TrashService,
  ) {}

  @Get()
  @RequireScope('files:read')
  @ApiOperation({ summary: 'Your deleted files, most recently deleted first' })
  @ApiPageResponse(TrashedFileResponse)
  @ApiRefusals('audit_unavailable')
  async list(
    @CurrentActor() actor: Actor,
    @Query() query: PageQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<TrashedFileResponse[]> {
    return sendPage(request, response, await this.trashed.list(actor, query), toTrashedFileResponse);
  }

  @Post(':id/restore')
  @RequireScope('files:write')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Restore a file from the trash',
    description: 'It has the same id, name, contents and shares as before.',
  })
  @ApiId()
  @ApiOkResponse({ type: FileResponse })
  @ApiRefusals('file_not_found', 'writes')
  async restore(@CurrentActor() actor: Actor, @Param('id') id: string): Promise<FileResponse> {
    return toFileResponse(await this.trash.restore(actor, id));
  }

  @Delete(':id')
  @RequireScope('files:write')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a file in the trash for good' })
  @ApiId()
  @ApiNoContentResponse()
  @ApiRefusals('file_not_found', 'writes')
  async delete(@CurrentActor() actor: Actor, @Param('id') id: string): Promise<void> {
    await this.trash.delete(actor, id);
  }

  @Delete()
  @RequireScope('files:write')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Empty the trash',
    description:
      'Everything that is in it when the request arrives is deleted for good, in several steps. When the request fails, ' +
      'the rest is still in the trash; send it again.',
  })
  @ApiNoContentResponse()
  @ApiRefusals('writes')
  async empty(@CurrentActor() actor: Actor, @Req() request: Request): Promise<void> {
    await this.trash.empty(actor, waitOf(request));
  }
}
