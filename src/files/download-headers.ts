import type { Response } from 'express';
import { attachment } from './file-name.js';
import { servedMediaType } from './media-type.js';
import type { ByteRange } from './storage/object-storage.js';
import type { StoredFile } from './stored-file.entity.js';

/** Whatever the bytes are, no browser runs anything in them. */
const CONTENT_SECURITY_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox";

/** HTTP dates have whole seconds. */
export function lastModifiedOf(file: StoredFile): Date {
  return new Date(Math.floor(Date.parse(file.createdAt) / 1000) * 1000);
}

/** What a client needs to ask again only when it has to (RFC 9110, section 8.8). */
export function setValidators(response: Response, file: StoredFile): void {
  response.setHeader('ETag', `"${file.sha256}"`);
  response.setHeader('Last-Modified', lastModifiedOf(file).toUTCString());
  response.setHeader('Cache-Control', 'private, no-cache');
  response.setHeader('Accept-Ranges', 'bytes');
}

/** What the bytes are, of the whole file or of a range of it. */
export function setContentHeaders(response: Response, file: StoredFile, range: ByteRange | null): void {
  response.setHeader('Content-Type', servedMediaType(file.mimeType));
  response.setHeader('Content-Disposition', attachment(file.name));
  response.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY);
  // RFC 9530: of the whole representation, also when only a part of it is sent.
  response.setHeader('Repr-Digest', `sha-256=:${Buffer.from(file.sha256, 'hex').toString('base64')}:`);
  const length = range === null ? file.size : range.end - range.start + 1;
  response.setHeader('Content-Length', length);
  if (range !== null) response.setHeader('Content-Range', `bytes ${range.start}-${range.end}/${file.size}`);
}
