import type { Request } from 'express';
import { errors } from '../../../common/refusals/errors.js';
import { TUS_VERSION } from './tus-headers.js';

const OFFSET_STREAM = /^application\/offset\+octet-stream\s*(;|$)/i;
const WHOLE_NUMBER = /^\d{1,15}$/;

/** Refuses another version of the protocol. A request that names none is served. @throws `unsupported_tus_version`. */
export function requireVersion(request: Request): void {
  const version = request.get('tus-resumable');
  if (version !== undefined && version !== TUS_VERSION) throw errors.unsupportedTusVersion(TUS_VERSION);
}

/** `Upload-Length` in bytes. @throws `invalid_upload_header`. */
export function uploadLength(request: Request): number {
  if (request.get('upload-defer-length') !== undefined)
    throw errors.invalidUploadHeader('Upload-Defer-Length is not supported; send Upload-Length.');
  return wholeNumber(request, 'Upload-Length');
}

/** `Upload-Offset` in bytes. @throws `invalid_upload_header`. */
export function uploadOffset(request: Request): number {
  return wholeNumber(request, 'Upload-Offset');
}

/** The length of the body in bytes; null of a chunked body. */
export function bodyLength(request: Request): number | null {
  if (request.get('transfer-encoding') !== undefined) return null;
  return Number(request.get('content-length') ?? 0);
}

/** @throws `unsupported_media_type`. */
export function requireOffsetStream(request: Request): void {
  if (!OFFSET_STREAM.test(request.get('content-type') ?? ''))
    throw errors.unsupportedMediaType('application/offset+octet-stream');
}

function wholeNumber(request: Request, name: string): number {
  const text = request.get(name) ?? '';
  if (!WHOLE_NUMBER.test(text)) throw errors.invalidUploadHeader(`${name} must be a number of bytes.`);
  return Number(text);
}
