import cors from 'cors';
import type { Request, RequestHandler } from 'express';
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

/** What a page asks to send is allowed, but for the header of the console's own requests. */
function withholdConsole({ headers }: Request): void {
  const asked = headers['access-control-request-headers'];
  if (asked === undefined) return;
  const others = asked.split(',').filter((name) => name.trim().toLowerCase() !== 'x-console');
  headers['access-control-request-headers'] = others.join();
}

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
  const headers = origins === '*' ? capturedHeaders(negotiate) : null;
  return (request, response, next) => {
    if (request.method === 'OPTIONS') withholdConsole(request);
    if (request.method === 'OPTIONS' || headers === null) return negotiate(request, response, next);
    for (const [name, value] of headers) response.setHeader(name, value);
    next();
  };
}
