import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse } from '@nestjs/swagger';
import { ApiRefusals } from '../common/api-refusals.js';

const header = (description: string) => ({ description, schema: { type: 'string' as const } });

const VALIDATORS = {
  ETag: header('Strong: the SHA-256 in hex.'),
  'Last-Modified': header('When the file was uploaded.'),
  'Cache-Control': header('`private, no-cache`'),
  'Accept-Ranges': header('`bytes`'),
};

const CONTENT = {
  ...VALIDATORS,
  'Content-Disposition': header('`attachment` under the original name (RFC 6266, RFC 8187).'),
  'Repr-Digest': header('SHA-256 of the whole file (RFC 9530).'),
};

const BYTES = { 'application/octet-stream': { schema: { type: 'string' as const, format: 'binary' } } };

/** Documents the download of a file's bytes, conditions and ranges included (RFC 9110, sections 13 and 14). */
export function ApiDownload(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      summary: 'Download a file',
      description: 'HEAD gives the same headers without the bytes.',
    }),
    ApiHeader({
      name: 'Range',
      required: false,
      description: 'One range, such as `bytes=0-1023` or `bytes=-500`.',
    }),
    ApiHeader({ name: 'If-Range', required: false }),
    ApiHeader({ name: 'If-Match', required: false }),
    ApiHeader({ name: 'If-None-Match', required: false }),
    ApiHeader({ name: 'If-Modified-Since', required: false }),
    ApiHeader({ name: 'If-Unmodified-Since', required: false }),
    ApiResponse({ status: 200, description: 'The bytes.', headers: CONTENT, content: BYTES }),
    ApiResponse({
      status: 206,
      description: 'The range asked for.',
      headers: { ...CONTENT, 'Content-Range': header('Such as `bytes 0-1023/48123`.') },
      content: BYTES,
    }),
    ApiResponse({ status: 304, description: 'What you have is current.', headers: VALIDATORS }),
    ApiRefusals(
      'rate_limited',
      'unauthorized',
      'insufficient_scope',
      'file_not_found',
      'precondition_failed',
      'range_not_satisfiable',
      'file_unavailable',
      'storage_unavailable',
      'database_unavailable',
      'audit_unavailable',
    ),
  );
}
