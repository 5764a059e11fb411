import { isUtf8 } from 'node:buffer';
import { errors } from '../../../common/refusals/errors.js';
import { parseId } from '../../../common/ids.js';

/** A key without spaces and commas, and the base64 of its value, which may be absent. */
const PAIR = /[\x21-\x2b\x2d-\x7e]+(?: (?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)?/;
/** `Upload-Metadata`. */
export const METADATA = new RegExp(`^${PAIR.source}(?:, ?${PAIR.source})*$`);
/** Enough for a name of 255 bytes and a digest, many times over. It is kept as long as the upload. */
export const MAX_CHARACTERS = 4096;
const SHA256 = /^[0-9a-f]{64}$/i;

/** What this service uses of `Upload-Metadata`. Null for what the client did not send. */
export interface UploadMetadata {
  readonly filename: string | null;
  readonly filetype: string | null;
  /** Lower-case hex. */
  readonly sha256: string | null;
  /** The id of the file that gets a new content. */
  readonly replaces: string | null;
}

/**
 * Reads `Upload-Metadata` (tus 1.0, creation). Other keys are allowed and ignored. An empty value counts as absent.
 * @throws `invalid_upload_header`.
 */
export function parseMetadata(header: string): UploadMetadata {
  if (header.length > MAX_CHARACTERS) throw invalid(`must have at most ${MAX_CHARACTERS} characters`);
  const values = new Map<string, string>();
  if (header !== '' && !METADATA.test(header))
    throw invalid('must be keys with base64 values, separated by commas');
  for (const pair of header === '' ? [] : header.split(',')) {
    const [key = '', value = ''] = pair.trim().split(' ');
    if (values.has(key)) throw invalid(`has the key ${key} twice`);
    const bytes = Buffer.from(value, 'base64');
    values.set(key, isUtf8(bytes) ? bytes.toString() : '\ufffd');
  }
  const valueOf = (key: string) => values.get(key) || null;
  const sha256 = valueOf('sha256');
  if (sha256 !== null && !SHA256.test(sha256)) throw invalid('has a sha256 that is not 64 hex digits');
  const replaces = valueOf('replaces');
  const fileId = replaces === null ? null : parseId(replaces);
  if (replaces !== null && fileId === null) throw errors.fileNotFound();
  return {
    filename: valueOf('filename'),
    filetype: valueOf('filetype'),
    sha256: sha256?.toLowerCase() ?? null,
    replaces: fileId,
  };
}

function invalid(fault: string) {
  return errors.invalidUploadHeader(`Upload-Metadata ${fault}.`);
}
