import type { Request, Response } from 'express';
import express from 'express';
import { errors } from '../../common/refusals/errors.js';
import { ApiError } from '../../common/refusals/refusal.js';
import { hasBody } from '../../common/input/has-body.js';
import { readBody } from './read-body.js';

const LIMIT_BYTES = 16 * 1024;
const FIELDS = 20;
const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(;\s*charset="?utf-8"?\s*)?$/i;

const parse = express.urlencoded({
  limit: LIMIT_BYTES,
  extended: false,
  // A small compressed body could expand to a very large one.
  inflate: false,
  parameterLimit: FIELDS,
});

/**
 * Reads the fields of an HTML form into `request.body`. A form without fields may have no body.
 * @throws `malformed_request`, `unsupported_media_type`, `body_too_large`, `request_timeout`.
 */
export async function readForm(request: Request, response: Response): Promise<void> {
  if (!hasBody(request)) {
    request.body = {};
    return;
  }
  if (!FORM_TYPE.test(request.headers['content-type'] ?? ''))
    throw errors.unsupportedMediaType('application/x-www-form-urlencoded');
  try {
    await readBody(request, response, parse, LIMIT_BYTES);
  } catch (error) {
    throw error instanceof ApiError ? error : errors.malformedRequest('The form cannot be read.', error);
  }
}
