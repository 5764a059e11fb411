import { isUtf8 } from 'node:buffer';
import type { Request, Response } from 'express';
import express from 'express';
import { requireSignedBody } from '../../common/access/signed-body.js';
import { errors } from '../../common/refusals/errors.js';
import { hasBody } from '../../common/input/has-body.js';
import { jsonFault } from './json-fault.js';
import { readBody } from './read-body.js';

const LIMIT_BYTES = 64 * 1024;
const JSON_TYPE = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i;

const parse = express.json({
  limit: LIMIT_BYTES,
  strict: true,
  // A small compressed body could expand to a very large one.
  inflate: false,
  verify: (request, _response, body) => {
    requireSignedBody(request, body);
    if (!isUtf8(body)) throw errors.malformedJson('The body is not UTF-8.');
    const text = body.toString();
    // A byte order mark counts as white space. The parser would turn an empty text into an empty object.
    if (text.trim() === '') throw noObject();
    const fault = jsonFault(text);
    if (fault !== null) throw errors.malformedJson(fault);
  },
});

/**
 * Reads the body of `request` into `request.body`. It must be one JSON object. Refuses what JSON.parse
 * accepts: repeated keys, prototype keys, nesting that is too deep, invalid UTF-8.
 * @throws `malformed_json`, `unsupported_media_type`, `body_too_large`, `request_timeout`; `invalid_signature` when the request is
 * signed and its body is another one.
 */
export async function readJson(request: Request, response: Response): Promise<void> {
  if (!hasBody(request)) throw noObject();
  if (!JSON_TYPE.test(request.headers['content-type'] ?? ''))
    throw errors.unsupportedMediaType('application/json');
  await readBody(request, response, parse, LIMIT_BYTES);
  const body: unknown = request.body;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw noObject();
}

function noObject() {
  return errors.malformedJson('Send a JSON object as the body.');
}
