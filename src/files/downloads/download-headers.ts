import type { Representation } from './conditional-request.js';
import { attachment } from '../contents/file-name.js';
import { servedMediaType } from '../contents/media-type.js';
import type { ByteRange } from '../storage/object-storage.js';
import type { StoredFile } from '../contents/stored-file.entity.js';

/** Whatever the bytes are, no browser runs anything in them. */
const CONTENT_SECURITY_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox";

/** What conditions on a file's bytes are judged by. */
export function representationOf(file: StoredFile): Representation {
  // HTTP dates have whole seconds.
  const lastModified = new Date(Math.floor(Date.parse(file.createdAt) / 1000) * 1000);
  return { entityTag: `"${file.sha256}"`, lastModified, size: file.size };
}

/** What a client needs to ask again only when it has to (RFC 9110, section 8.8). */
export function validators(file: StoredFile) {
  const { entityTag, lastModified } = representationOf(file);
  return {
    ETag: entityTag,
    'Last-Modified': lastModified.toUTCString(),
    'Cache-Control': 'private, no-cache',
    'Accept-Ranges': 'bytes',
  };
}

/** What the bytes are, of the whole file or of a range of it. */
export function contentHeaders(file: StoredFile, range: ByteRange | null): Record<string, string | number> {
  const headers: Record<string, string | number> = {
    'Content-Type': servedMediaType(file.mimeType),
    'Content-Disposition': attachment(file.name),
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    // RFC 9530: of the whole representation, also when only a part of it is sent.
    'Repr-Digest': `sha-256=:${Buffer.from(file.sha256, 'hex').toString('base64')}:`,
    'Content-Length': range === null ? file.size : range.end - range.start + 1,
  };
  if (range !== null) headers['Content-Range'] = `bytes ${range.start}-${range.end}/${file.size}`;
  return headers;
}
