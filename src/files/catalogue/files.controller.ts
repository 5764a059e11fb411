import { Controller, Get, Param, Patch, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { type Actor, CurrentActor } from '../../common/access/actor.js';
import { ApiId } from '../../common/input/api-id.js';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { JsonBody } from '../../common/input/json-body.js';
import { ApiPageResponse, sendPage } from '../../common/paging/page-response.js';
import { RequireScope } from '../../common/access/scopes.js';
import { FileLookup } from './file-lookup.js';
import { FileResponse, toFileResponse } from './file.response.js';
import { FilesService } from './files.service.js';
import { ListFilesQuery } from './list-files.query.js';
import { RenameFileInput } from './rename-file.input.js';

@ApiTags('Files')
@Controller('api/files')
export class FilesController {
  constructor(
    private readonly files: FilesService,
    private readonly lookup: FileLookup,
  ) {}

  @Get()
  @RequireScope('files:read')
  @ApiOperation({ summary: 'Your files, newest first' })
  @ApiPageResponse(FileResponse)
  @ApiRefusals('audit_unavailable')
  async list(
    @CurrentActor() actor: Actor,
    @Query() query: ListFilesQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<FileResponse[]> {
    return sendPage(request, response, await this.files.list(actor, query), toFileResponse);
  }

  @Get(':id/metadata')
  @RequireScope('files:read')
  @ApiOperation({ summary: 'Describe a file' })
  @ApiId()
  @ApiOkResponse({ type: FileResponse })
  @ApiRefusals('file_not_found')
  async describe(@CurrentActor() actor: Actor, @Param('id') id: string): Promise<FileResponse> {
    return toFileResponse(await this.lookup.get(actor, id));
  }

  @Patch(':id')
  @RequireScope('files:write')
  @ApiOperation({ summary: 'Rename a file' })
  @ApiId()
  @ApiOkResponse({ type: FileResponse })
  @ApiRefusals('invalid_file_name', 'file_not_found', 'writes')
  async rename(
    @CurrentActor() actor: Actor,
    @Param('id') id: string,
    @JsonBody() input: RenameFileInput,
  ): Promise<FileResponse> {
    return toFileResponse(await this.files.rename(actor, id, input.name));
  }
}
