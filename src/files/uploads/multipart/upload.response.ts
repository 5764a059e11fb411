import type { Response } from 'express';
import { type FileResponse, toFileResponse } from '../../catalogue/file.response.js';
import type { Outcome } from '../idempotency.js';

/** Sets the headers of a 201: `Location`, and `Idempotent-Replayed` on the answer to a retry. */
export function sendUpload(response: Response, outcome: Outcome): FileResponse {
  response.setHeader('Location', `/api/files/${outcome.file.id}`);
  return sendReplacement(response, outcome);
}

/** Sets `Idempotent-Replayed` on the answer to a retry. */
export function sendReplacement(response: Response, { file, replayed }: Outcome): FileResponse {
  if (replayed) response.setHeader('Idempotent-Replayed', 'true');
  return toFileResponse(file);
}
