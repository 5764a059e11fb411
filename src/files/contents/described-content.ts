import { errors } from '../../common/refusals/errors.js';
import type { StoredBytes } from './blob-writer.js';
import { normalizeFileName } from './file-name.js';
import { normalizeMediaType } from './media-type.js';

/** What the client declares about the bytes it sends. */
export interface Announcement {
  readonly name: string;
  readonly mediaType: string;
  /** The expected SHA-256 in hex, or null when the client sent none. */
  readonly sha256: string | null;
}

/** Stored bytes with the name and the media type that they are kept under. */
export interface DescribedContent extends StoredBytes {
  readonly name: string;
  readonly mimeType: string;
}

/**
 * Judges what the client declared about bytes, stored or only read. @throws `digest_mismatch`, `invalid_file_name`.
 */
export function describeContent<B extends Pick<StoredBytes, 'sha256'>>(
  bytes: B,
  { name, mediaType, sha256 }: Announcement,
): B & Pick<DescribedContent, 'name' | 'mimeType'> {
  if (sha256 !== null && sha256.trim().toLowerCase() !== bytes.sha256) throw errors.digestMismatch();
  return { ...bytes, name: normalizeFileName(name), mimeType: normalizeMediaType(mediaType) };
}
