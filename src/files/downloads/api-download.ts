import { applyDecorators } from '@nestjs/common';
import { ApiExtension, ApiHeader, ApiOperation, ApiResponse } from '@nestjs/swagger';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import type { ErrorCode } from '../../common/refusals/errors.js';
import { SERVED_MEDIA_TYPES } from '../contents/media-type.js';

const header = (description: string) => ({ description, schema: { type: 'string' as const } });
const promised = (description: string) => ({ ...header(description), required: true });

const VALIDATORS = {
  ETag: promised('Strong: the SHA-256 in hex.'),
  'Last-Modified': promised('When this content was made.'),
  'Cache-Control': promised('`private, no-cache`'),
  'Accept-Ranges': header('`bytes`'),
};

const CONTENT = {
  ...VALIDATORS,
  'Content-Disposition': promised('`attachment` under the original name (RFC 6266, RFC 8187).'),
  'Repr-Digest': promised('SHA-256 of the whole file (RFC 9530).'),
};

const BYTES = Object.fromEntries(
  SERVED_MEDIA_TYPES.map((type) => [type, { schema: { type: 'string' as const, format: 'binary' } }]),
);

const CONDITIONS = {
  Range: 'One range, such as `bytes=0-1023` or `bytes=-500`. Any other is answered with the whole file.',
  'If-Range': 'An entity tag or a date: the range is for this version only.',
  'If-Match': 'Entity tags, or `*`.',
  'If-None-Match': 'Entity tags, or `*`.',
  'If-Modified-Since': 'A date.',
  'If-Unmodified-Since': 'A date.',
};

/**
 * Documents the download of a file, with conditions and ranges (RFC 9110, sections 13 and 14). `missing` is the code when there
 * is nothing to download.
 */
export function ApiDownload(summary: string, missing: ErrorCode = 'file_not_found'): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary }),
    // The document describes HEAD as well.
    ApiExtension('x-head', true),
    ...Object.entries(CONDITIONS).map(([name, description]) =>
      ApiHeader({ name, required: false, description }),
    ),
    ApiResponse({
      status: 200,
      description:
        'The bytes, as `application/octet-stream` unless a browser is known to run nothing in them.',
      headers: CONTENT,
      content: BYTES,
    }),
    ApiResponse({
      status: 206,
      description: 'The range asked for.',
      headers: { ...CONTENT, 'Content-Range': promised('Such as `bytes 0-1023/48123`.') },
      content: BYTES,
    }),
    ApiResponse({ status: 304, description: 'What you have is current.', headers: VALIDATORS }),
    ApiResponse({
      status: 307,
      description: 'The bucket has the bytes (`DOWNLOAD_OFFLOAD=presigned`).',
      headers: {
        Location: promised('An address that is good for a short time and needs no token.'),
        'Cache-Control': promised('`private, no-store`'),
      },
    }),
    ApiRefusals(
      missing,
      'precondition_failed',
      'range_not_satisfiable',
      'file_unavailable',
      'audit_unavailable',
      'storage_unavailable',
    ),
  );
}
