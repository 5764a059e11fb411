import { refusal, retryAfter } from './refusal.js';

/** Refusals about stored files, their bytes and the room for them. */
export const fileRefusals = {
  invalidFileName: refusal(
    'invalid_file_name',
    400,
    'The file name is not acceptable',
    (reason: string) => `The file name ${reason}.`,
  ),
  fileNotFound: refusal('file_not_found', 404, 'No such file', 'You have no file with this id.'),
  versionNotFound: refusal(
    'version_not_found',
    404,
    'No such version',
    'The file has no version with this number.',
  ),
  versionCurrent: refusal(
    'version_current',
    409,
    'The version is the current one',
    'The current content cannot be deleted; delete the file, or replace it first.',
  ),
  preconditionFailed: refusal(
    'precondition_failed',
    412,
    'A precondition failed',
    'The file is not as the conditions of the request want it.',
  ),
  rangeNotSatisfiable: refusal(
    'range_not_satisfiable',
    416,
    'The range is not satisfiable',
    (size: number) => ({
      detail: `The file has ${size} bytes.`,
      headers: { 'Content-Range': `bytes */${size}` },
    }),
  ),
  fileUnavailable: refusal('file_unavailable', 503, 'The file cannot be served', (cause?: unknown) => ({
    detail: 'The bytes of this file are missing or damaged; the operator has been told.',
    headers: retryAfter(60),
    cause,
  })),
  storageUnavailable: refusal(
    'storage_unavailable',
    503,
    'The storage cannot be reached',
    (cause?: unknown) => ({
      detail: 'The storage cannot be reached; try again shortly.',
      headers: retryAfter(2),
      cause,
    }),
  ),
  quotaExceeded: refusal(
    'quota_exceeded',
    413,
    'The quota is exceeded',
    'There is no room for this in your quota. Delete files, versions or trash first.',
  ),
  storageFull: refusal('storage_full', 507, 'The storage is full', (cause?: unknown) => ({
    detail: 'The server has no space left for what this request would store.',
    cause,
  })),
};
