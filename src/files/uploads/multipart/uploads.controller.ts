import { Controller, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiCreatedResponse, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { type Actor, CurrentActor } from '../../../common/access/actor.js';
import { RequireScope } from '../../../common/access/scopes.js';
import { ApiRefusals } from '../../../common/refusals/api-refusals.js';
import { FileResponse } from '../../catalogue/file.response.js';
import { IDEMPOTENCY_KEY } from '../idempotency.js';
import { sendUpload } from './upload.response.js';
import { UploadsService } from './uploads.service.js';

@ApiTags('Files')
@Controller('api/files')
export class UploadsController {
  constructor(private readonly uploads: UploadsService) {}

  @Post()
  @RequireScope('files:write')
  @ApiOperation({ operationId: 'files_upload', summary: 'Upload a file' })
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
}
