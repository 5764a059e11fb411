import cors from 'cors';
import type { RequestHandler } from 'express';
import { capturedHeaders } from './captured-headers.js';

/** Headers of ours that a page on another origin may read. */
const EXPOSED = [
  'X-Request-Id',
  'Link',
  'Location',
  'ETag',
  'Repr-Digest',
  'Content-Disposition',
  'Content-Range',
  'Retry-After',
  'Idempotent-Replayed',
];

/** Lets pages of these origins call the API, never with cookies. To every origin alike, only a preflight's answer depends on the request. */
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
