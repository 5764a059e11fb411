import { isUtf8 } from 'node:buffer';
import type { Request, Response } from 'express';
import express from 'express';
import { errors } from '../../common/refusals/errors.js';
import { hasBody } from './has-body.js';
import { jsonFault } from './json-fault.js';

const LIMIT_BYTES = 64 * 1024;
const ARRIVAL_MS = 15_000;
const JSON_TYPE = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i;

const parse = express.json({
  limit: LIMIT_BYTES,
  strict: true,
  // What is compressed may cost much more than it weighs.
  inflate: false,
  verify: (_request, _response, body) => {
    if (!isUtf8(body)) throw errors.malformedJson('The body is not UTF-8.');
    const text = body.toString();
    // A byte order mark is white space here, too. The parser would take nothing for an empty object.
    if (text.trim() === '') throw noObject();
    const fault = jsonFault(text);
    if (fault !== null) throw errors.malformedJson(fault);
  },
});

/**
 * Reads the body of `request`, which must be one JSON object, into `request.body`. Refuses what JSON.parse lets pass:
 * repeated keys, prototype keys, absurd depth, broken UTF-8. A body must arrive within 15 s; one that is too large is
 * refused by its head, or with the first byte too many.
 * @throws `malformed_json`, `unsupported_media_type`, `body_too_large`, `request_timeout`.
 */
export async function readJson(request: Request, response: Response): Promise<void> {
  if (!hasBody(request)) throw noObject();
  if (!JSON_TYPE.test(request.headers['content-type'] ?? ''))
    throw errors.unsupportedMediaType('application/json');
  if (Number(request.headers['content-length'] ?? 0) > LIMIT_BYTES) throw errors.bodyTooLarge(LIMIT_BYTES);
  await arrival(request, response);
  const body: unknown = request.body;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw noObject();
}

function arrival(request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error) => reject(error);
    const timer = setTimeout(() => refuse(errors.requestTimeout()), ARRIVAL_MS);
    void parse(request, response, (error?: unknown) => {
      clearTimeout(timer);
      if (error === undefined) resolve();
      else refuse(error as Error);
    });
    // The parser says so only when the whole body has arrived.
    let received = 0;
    request.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received <= LIMIT_BYTES) return;
      clearTimeout(timer);
      refuse(errors.bodyTooLarge(LIMIT_BYTES));
    });
  });
}

function noObject() {
  return errors.malformedJson('Send a JSON object as the body.');
}
