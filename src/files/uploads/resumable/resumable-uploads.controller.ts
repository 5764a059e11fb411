import { Controller, Delete, Get, Head, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { type Actor, CurrentActor } from '../../../common/access/actor.js';
import { RequireScope } from '../../../common/access/scopes.js';
import { ApiId } from '../../../common/input/api-id.js';
import { StreamedBody } from '../../../common/input/streamed-body.js';
import { PageQuery } from '../../../common/paging/page-query.js';
import { ApiPageResponse, sendPage } from '../../../common/paging/page-response.js';
import { ApiRefusals } from '../../../common/refusals/api-refusals.js';
import { ApiTus, ApiTusAnswers, ApiUploadBytes, DESCRIPTION, PROGRESS } from './api-tus.js';
import {
  ResumableUploadResponse,
  sendCreated,
  sendDescription,
  sendProgress,
  toResumableUploadResponse,
} from './resumable-upload.response.js';
import { ResumableUploadsService } from './resumable-uploads.service.js';
import { UploadLookup } from './upload-lookup.js';
import { MAX_CHARACTERS, METADATA } from './upload-metadata.js';
import { UploadRequests } from './upload-requests.js';
import { UploadTermination } from './upload-termination.js';

@ApiTags('Resumable uploads')
@ApiTusAnswers()
@Controller('api/uploads')
export class ResumableUploadsController {
  constructor(
    private readonly uploads: ResumableUploadsService,
    private readonly requests: UploadRequests,
    private readonly lookup: UploadLookup,
    private readonly termination: UploadTermination,
  ) {}

  @Post()
  @RequireScope('files:write')
  @StreamedBody()
  @ApiOperation({
    summary: 'Begin a resumable upload',
    description:
      'tus 1.0, with the first bytes if you like. The whole length is reserved in your quota. An upload of no bytes is a file at once.',
  })
  @ApiHeader({
    name: 'Upload-Length',
    required: true,
    description: 'Bytes of the whole file, at most `MAX_RESUMABLE_UPLOAD_BYTES`.',
    schema: { type: 'integer', minimum: 0 },
  })
  @ApiHeader({
    name: 'Upload-Metadata',
    required: false,
    description:
      'Keys with base64 values, separated by commas: `filename`, `filetype`, `sha256` (hex, compared at the end), `replaces` (the id of a ' +
      'file that gets a new content). Other keys are kept for `HEAD`.',
    schema: { type: 'string', pattern: METADATA.source, maxLength: MAX_CHARACTERS },
  })
  @ApiUploadBytes({ required: false })
  @ApiCreatedResponse({
    headers: {
      Location: { description: 'The upload, as a path.', required: true, schema: { type: 'string' } },
      ...PROGRESS,
    },
  })
  @ApiRefusals('invalid_file_name', 'quota_exceeded', 'too_many_uploads')
  async create(
    @CurrentActor() actor: Actor,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    sendCreated(response, await this.uploads.create(actor, request));
  }

  @Get()
  @RequireScope('files:write')
  @ApiOperation({ summary: 'Your unfinished uploads, newest first' })
  @ApiPageResponse(ResumableUploadResponse)
  async list(
    @CurrentActor() actor: Actor,
    @Query() query: PageQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ResumableUploadResponse[]> {
    return sendPage(request, response, await this.lookup.list(actor, query), toResumableUploadResponse);
  }

  @Head(':id')
  @RequireScope('files:write')
  @ApiOperation({ summary: 'How far an upload is' })
  @ApiId()
  @ApiTus()
  @ApiOkResponse({ headers: DESCRIPTION })
  @ApiRefusals('upload_not_found', 'upload_gone', 'writes')
  async progress(
    @CurrentActor() actor: Actor,
    @Param('id') id: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    sendDescription(response, await this.requests.progress(actor, id, request));
  }

  @Get(':id')
  @RequireScope('files:write')
  @ApiOperation({ summary: 'Describe an upload' })
  @ApiId()
  @ApiOkResponse({ type: ResumableUploadResponse })
  @ApiRefusals('upload_not_found', 'upload_gone')
  async get(@CurrentActor() actor: Actor, @Param('id') id: string): Promise<ResumableUploadResponse> {
    return toResumableUploadResponse(await this.lookup.get(actor, id));
  }

  @Patch(':id')
  @RequireScope('files:write')
  @StreamedBody()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Send bytes to an upload',
    description:
      'What has arrived is kept when the connection breaks. With the last byte the upload becomes a file.',
  })
  @ApiId()
  @ApiHeader({
    name: 'Upload-Offset',
    required: true,
    description: 'Where the bytes begin: the offset that HEAD gives.',
    schema: { type: 'integer', minimum: 0 },
  })
  @ApiUploadBytes({ required: true })
  @ApiNoContentResponse({ headers: PROGRESS })
  @ApiRefusals('upload_not_found', 'too_many_parts')
  async append(
    @CurrentActor() actor: Actor,
    @Param('id') id: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    sendProgress(response, await this.requests.append(actor, id, request));
  }

  @Delete(':id')
  @RequireScope('files:write')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Give up an upload',
    description: 'Its bytes are removed. The file of a finished upload stays.',
  })
  @ApiId()
  @ApiTus()
  @ApiNoContentResponse()
  @ApiRefusals('upload_not_found', 'upload_gone', 'writes')
  async delete(
    @CurrentActor() actor: Actor,
    @Param('id') id: string,
    @Req() request: Request,
  ): Promise<void> {
    await this.termination.delete(actor, id, request);
  }
}
