import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader } from '@nestjs/swagger';
import { ApiRefusals } from '../../../common/refusals/api-refusals.js';
import { IDEMPOTENCY_KEY } from '../idempotency.js';

/** The header on the answer to a retry. */
export const REPLAYED = {
  'Idempotent-Replayed': {
    description: '`true` on the answer to a retry.',
    schema: { type: 'string' as const },
  },
};

/** Documents the form with a file, the key of a retry, and what both can be refused for. */
export function ApiMultipartUpload(): MethodDecorator {
  return applyDecorators(
    ApiConsumes('multipart/form-data'),
    ApiBody({
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
            // Without this, Swagger UI sends the word "string" as the digest.
            example: '',
          },
        },
      },
    }),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      schema: { type: 'string', pattern: IDEMPOTENCY_KEY.source },
      description: 'A retry with the same key returns the first result, for 24 hours.',
    }),
    ApiRefusals(
      'malformed_upload',
      'file_missing',
      'invalid_file_name',
      'digest_mismatch',
      'invalid_idempotency_key',
      'idempotency_key_reused',
      'result_unavailable',
      'file_too_large',
      'quota_exceeded',
      'unsupported_media_type',
      'storage_unavailable',
      'writes',
    ),
  );
}
