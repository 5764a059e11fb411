import { refusal } from './refusal.js';

/** Refusals of resumable uploads (tus 1.0). */
export const resumableRefusals = {
  invalidUploadHeader: refusal(
    'invalid_upload_header',
    400,
    'A header field of the upload is not acceptable',
    (detail: string) => detail,
  ),
  uploadNotFound: refusal('upload_not_found', 404, 'No such upload', 'You have no upload with this id.'),
  offsetMismatch: refusal(
    'offset_mismatch',
    409,
    'The offset is another one',
    (offset: number) => `The upload goes on at the offset ${offset}.`,
  ),
  tooManyUploads: refusal(
    'too_many_uploads',
    409,
    'Too many unfinished uploads',
    (limit: number) => `You may have ${limit} unfinished uploads. Finish or delete one first.`,
  ),
  uploadGone: refusal(
    'upload_gone',
    410,
    'The upload is gone',
    'This upload has expired or was deleted. Begin a new one.',
  ),
  tooManyParts: refusal('too_many_parts', 413, 'The upload has too many parts', (cause: unknown) => ({
    detail:
      'This upload came in so many parts of changing sizes that it takes no more. Delete it, and begin a new one with larger parts, or with parts of one size.',
    cause,
  })),
  unsupportedTusVersion: refusal(
    'unsupported_tus_version',
    412,
    'The version of the protocol is not supported',
    (version: string) => ({
      detail: `The supported version of tus is ${version}.`,
      headers: { 'Tus-Version': version },
    }),
  ),
  uploadLocked: refusal(
    'upload_locked',
    423,
    'The upload is in use',
    'Another request is sending bytes to this upload.',
  ),
  checksumMismatch: refusal(
    'checksum_mismatch',
    460,
    'The checksum does not match',
    'The bytes of this request do not have the checksum that was sent; they were discarded.',
  ),
};
