import { refusal, retryAfter } from './refusal.js';

/** Refusals of uploads. */
export const uploadRefusals = {
  malformedUpload: refusal(
    'malformed_upload',
    400,
    'The upload is malformed',
    (detail: string, cause?: unknown) => ({ detail, cause }),
  ),
  fileMissing: refusal(
    'file_missing',
    400,
    'The form has no file',
    'Send one file in the form field "file".',
  ),
  digestMismatch: refusal(
    'digest_mismatch',
    400,
    'The bytes do not match their digest',
    'The SHA-256 of what arrived is not the one announced.',
  ),
  invalidIdempotencyKey: refusal(
    'invalid_idempotency_key',
    400,
    'The Idempotency-Key is not valid',
    'An Idempotency-Key is 1 to 255 visible ASCII characters.',
  ),
  idempotencyKeyReused: refusal(
    'idempotency_key_reused',
    409,
    'The Idempotency-Key was used for another request',
    'This Idempotency-Key belongs to another upload.',
  ),
  resultUnavailable: refusal(
    'result_unavailable',
    503,
    'The result of the first upload cannot be read',
    (cause: unknown) => ({
      detail:
        'An upload under this Idempotency-Key was done, but its result cannot be read; the operator has been told. Look at your files before you send it under another key.',
      headers: retryAfter(60),
      cause,
    }),
  ),
  fileTooLarge: refusal(
    'file_too_large',
    413,
    'The file is too large',
    (limit: number) => `A file may have at most ${limit} bytes.`,
  ),
};
