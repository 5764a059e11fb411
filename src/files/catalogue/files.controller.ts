import { Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { type Actor, CurrentActor } from '../../common/access/actor.js';
import { ApiId } from '../../common/input/api-id.js';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { JsonBody } from '../../common/input/json-body.js';
import { ApiPageResponse, sendPage } from '../../common/paging/page-response.js';
import { RequireScope } from '../../common/access/scopes.js';
import { ApiDownload } from '../downloads/api-download.js';
import { Downloads } from '../downloads/downloads.js';
import { FileLookup } from './file-lookup.js';
import { FileResponse, toFileResponse } from './file.response.js';
import { FilesService } from './files.service.js';
import { IDEMPOTENCY_KEY } from '../uploads/idempotency.js';
import { ListFilesQuery } from './list-files.query.js';
import { RenameFileInput } from './rename-file.input.js';
import { sendDownload } from '../downloads/send-download.js';
import { sendUpload } from '../uploads/multipart/upload.response.js';
import { UploadsService } from '../uploads/multipart/uploads.service.js';

@ApiTags('Files')
@Controller('api/files')
export class FilesController {
  constructor(
    private readonly uploads: UploadsService,
    private readonly downloads: Downloads,
    private readonly files: FilesService,
    private readonly lookup: FileLookup,
  ) {}

  @Post()
  @RequireScope('files:write')
  @ApiOperation({ summary: 'Upload a file' })
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    schema: {
      type: 'object',
      required: ['file'],
      properties: {
        file: {
          type: 'string',
          format: 'binary',
          description: 'At most `MAX_UPLOAD_BYTES` bytes; it has a file name.',
        },
        sha256: {
          type: 'string',
          pattern: '^([0-9A-Fa-f]{64})?$',
          description:
            'Hex; the upload is refused unless the bytes have this digest. Empty is as good as absent.',
          // Else Swagger UI fills in the word "string", which is nobody's digest.
          example: '',
        },
      },
    },
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    schema: { type: 'string', pattern: IDEMPOTENCY_KEY.source },
    description: 'A retry with the same key returns the first result, for 24 hours.',
  })
  @ApiCreatedResponse({
    type: FileResponse,
    headers: {
      Location: { description: 'Where the bytes are.', required: true, schema: { type: 'string' } },
      'Idempotent-Replayed': { description: '`true` on the answer to a retry.', schema: { type: 'string' } },
    },
  })
  @ApiRefusals(
    'malformed_upload',
    'file_missing',
    'invalid_file_name',
    'digest_mismatch',
    'invalid_idempotency_key',
    'idempotency_key_reused',
    'file_too_large',
    'unsupported_media_type',
    'storage_unavailable',
    'writes',
  )
  async upload(
    @CurrentActor() actor: Actor,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<FileResponse> {
    return sendUpload(response, await this.uploads.upload(actor, request));
  }

  @Get()
  @RequireScope('files:read')
  @ApiOperation({ summary: 'Your files, newest first' })
  @ApiPageResponse(FileResponse)
  async list(
    @CurrentActor() actor: Actor,
    @Query() query: ListFilesQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<FileResponse[]> {
    return sendPage(request, response, await this.files.list(actor, query), toFileResponse);
  }

  @Get(':id')
  @RequireScope('files:read')
  @ApiId()
  @ApiDownload()
  async download(
    @CurrentActor() actor: Actor,
    @Param('id') id: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const file = await this.lookup.get(actor, id);
    await sendDownload(response, await this.downloads.open(actor, file, request));
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

  @Delete(':id')
  @RequireScope('files:write')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a file' })
  @ApiId()
  @ApiNoContentResponse()
  @ApiRefusals('file_not_found', 'writes')
  async delete(@CurrentActor() actor: Actor, @Param('id') id: string): Promise<void> {
    await this.files.delete(actor, id);
  }
}
