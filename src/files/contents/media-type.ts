const OCTET_STREAM = 'application/octet-stream';

// RFC 6838, section 4.2, and at most the 127 characters that the column can hold.
const MEDIA_TYPE = /^(?=.{1,127}$)[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}$/;

/**
 * The media types under which files are served. A browser runs no scripts in them. HTML, SVG, XML and scripts
 * are not in the list.
 */
export const SERVED_MEDIA_TYPES = [
  OCTET_STREAM,
  'application/gzip',
  'application/json',
  'application/msword',
  'application/pdf',
  'application/vnd.ms-excel',
  'application/vnd.ms-powerpoint',
  'application/vnd.oasis.opendocument.presentation',
  'application/vnd.oasis.opendocument.spreadsheet',
  'application/vnd.oasis.opendocument.text',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/x-7z-compressed',
  'application/x-tar',
  'application/zip',
  'audio/aac',
  'audio/flac',
  'audio/mpeg',
  'audio/ogg',
  'audio/wav',
  'audio/webm',
  'image/avif',
  'image/bmp',
  'image/gif',
  'image/jpeg',
  'image/png',
  'image/tiff',
  'image/webp',
  'text/csv',
  'text/plain',
  'video/mp4',
  'video/ogg',
  'video/quicktime',
  'video/webm',
];

const SERVED: ReadonlySet<string> = new Set(SERVED_MEDIA_TYPES);

/**
 * The declared media type in lower case, without parameters. Octet-stream when it is not a valid media type.
 */
export function normalizeMediaType(declared: string): string {
  const type = declared.split(';', 1)[0]!.trim().toLowerCase();
  return MEDIA_TYPE.test(type) ? type : OCTET_STREAM;
}

/** The `Content-Type` of a download. */
export function servedMediaType(type: string): string {
  if (!SERVED.has(type)) return OCTET_STREAM;
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type;
}
