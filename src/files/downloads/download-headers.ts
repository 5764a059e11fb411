import { type Content, representationOf } from '../contents/content.js';
import { attachment } from '../contents/file-name.js';
import { servedMediaType } from '../contents/media-type.js';
import type { ByteRange } from '../storage/object-storage.js';

/** With this policy a browser runs nothing in the file, whatever its content. */
const CONTENT_SECURITY_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox";

/** The headers with which a client can revalidate its copy (RFC 9110, section 8.8). */
export function validators(content: Content) {
  const { entityTag, lastModified } = representationOf(content);
  return {
    ETag: entityTag,
    'Last-Modified': lastModified.toUTCString(),
    'Cache-Control': 'private, no-cache',
    'Accept-Ranges': 'bytes',
  };
}

/** The headers that describe the bytes of the whole file, or of a range of it. */
export function contentHeaders(content: Content, range: ByteRange | null): Record<string, string | number> {
  const headers: Record<string, string | number> = {
    'Content-Type': servedMediaType(content.mimeType),
    'Content-Disposition': attachment(content.name),
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    // RFC 9530: the digest is that of the whole file, for a part too.
    'Repr-Digest': `sha-256=:${Buffer.from(content.sha256, 'hex').toString('base64')}:`,
    'Content-Length': range === null ? content.size : range.end - range.start + 1,
  };
  if (range !== null) headers['Content-Range'] = `bytes ${range.start}-${range.end}/${content.size}`;
  return headers;
}
