import type { Response } from 'express';
import { type FileResponse, toFileResponse } from '../../catalogue/file.response.js';
import type { Upload } from './uploads.service.js';

/** The 201 of an upload: where the bytes are, and whether this is the answer to a retry. */
export function sendUpload(response: Response, { file, replayed }: Upload): FileResponse {
  response.setHeader('Location', `/api/files/${file.id}`);
  if (replayed) response.setHeader('Idempotent-Replayed', 'true');
  return toFileResponse(file);
}
