import cors from 'cors';
import type { RequestHandler } from 'express';
import { capturedHeaders } from './captured-headers.js';

/** Headers of this service that a page of another origin may read. */
const EXPOSED = [
  'X-Request-Id',
  'Link',
  'Location',
  'ETag',
  'Repr-Digest',
  'Content-Disposition',
  'Content-Range',
  'Retry-After',
  'Accept-Signature',
  'Idempotent-Replayed',
  'Content-Location',
  'Tus-Resumable',
  'Tus-Version',
  'Tus-Extension',
  'Tus-Max-Size',
  'Tus-Checksum-Algorithm',
  'Upload-Offset',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Expires',
];

/**
 * Lets pages of these origins call the API, without cookies. With `*`, only the answer to a preflight depends
 * on the request.
 */
export function crossOrigin(origins: '*' | readonly string[]): RequestHandler {
  const negotiate = cors({
    origin: origins === '*' ? '*' : [...origins],
    credentials: false,
    exposedHeaders: EXPOSED,
    maxAge: 600,
  });
  if (origins !== '*') return negotiate;
  const headers = capturedHeaders(negotiate);
  return (request, response, next) => {
    if (request.method === 'OPTIONS') return negotiate(request, response, next);
    for (const [name, value] of headers) response.setHeader(name, value);
    next();
  };
}
