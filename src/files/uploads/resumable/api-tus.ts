import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiExtension, ApiHeader } from '@nestjs/swagger';
import { ApiRefusals } from '../../../common/refusals/api-refusals.js';
import { TUS_VERSION } from './tus-headers.js';
import { CHECKSUM } from './upload-checksum.js';

const bytes = (description: string) => ({
  description,
  required: true,
  schema: { type: 'string' as const, pattern: '^[0-9]+$' },
});
const text = (description: string) => ({ description, schema: { type: 'string' as const } });

const CONTENT_LOCATION = text('The file that the upload has become.');

/** Header fields of answers about an upload. */
export const PROGRESS = {
  'Upload-Offset': bytes('Bytes that are safe.'),
  'Upload-Expires': {
    ...text('When the upload is removed, unless bytes arrive before (RFC 9110, section 5.6.7).'),
    required: true,
  },
  'Content-Location': CONTENT_LOCATION,
};

/** Header fields of the answer to HEAD. */
export const DESCRIPTION = {
  ...PROGRESS,
  'Upload-Length': bytes('Bytes of the whole file.'),
  'Upload-Metadata': text('As sent when the upload began.'),
};

/** Documents the header field that every answer below `/api/uploads` has. */
export function ApiTusAnswers(): ClassDecorator {
  return ApiExtension('x-every-answer', {
    'Tus-Resumable': {
      description: 'The version of the protocol.',
      required: true,
      schema: { type: 'string', enum: [TUS_VERSION] },
    },
  });
}

/** Documents the version of the protocol and its refusal. A request may leave it out. */
export function ApiTus(): MethodDecorator {
  return applyDecorators(
    ApiHeader({ name: 'Tus-Resumable', required: false, schema: { type: 'string', enum: [TUS_VERSION] } }),
    ApiRefusals('unsupported_tus_version'),
  );
}

/** Documents a body of plain bytes and its checksum. */
export function ApiUploadBytes({ required }: { readonly required: boolean }): MethodDecorator {
  return applyDecorators(
    ApiTus(),
    ApiConsumes('application/offset+octet-stream'),
    ApiBody({ required, schema: { type: 'string', format: 'binary' } }),
    ApiHeader({
      name: 'Upload-Checksum',
      required: false,
      description:
        '`sha1` or `sha256`, a space, and the base64 of the digest of this body. Bytes with another digest are discarded.',
      schema: { type: 'string', pattern: CHECKSUM.source },
    }),
    ApiRefusals(
      'invalid_upload_header',
      'digest_mismatch',
      'file_not_found',
      'file_too_large',
      'upload_gone',
      'upload_locked',
      'offset_mismatch',
      'unsupported_media_type',
      'checksum_mismatch',
      'storage_unavailable',
      'file_unavailable',
      'writes',
    ),
  );
}
