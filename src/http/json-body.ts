import { isUtf8 } from 'node:buffer';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import express from 'express';
import { errors } from '../common/errors.js';
import { hasBody } from './has-body.js';
import { jsonFault } from './json-fault.js';

const LIMIT_BYTES = 64 * 1024;
const ARRIVAL_MS = 15_000;
const JSON_TYPE = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i;
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * Parses JSON bodies, on requests that may have one and are not uploads. Refuses what JSON.parse lets pass:
 * repeated keys, prototype keys, absurd depth, broken UTF-8. A body must arrive within 15 s.
 */
export function jsonBody(): RequestHandler {
  const parse = express.json({
    limit: LIMIT_BYTES,
    strict: true,
    verify: (_request, _response, body) => {
      if (!isUtf8(body)) throw errors.malformedJson('The body is not UTF-8.');
      const fault = jsonFault(body.toString());
      if (fault !== null) throw errors.malformedJson(fault);
    },
  });
  return (request: Request, response: Response, next: NextFunction): void => {
    if (!WITH_BODY.has(request.method) || isUpload(request) || !hasBody(request)) return next();
    if (!JSON_TYPE.test(request.headers['content-type'] ?? '')) {
      return next(errors.unsupportedMediaType('application/json'));
    }
    const once = onlyOnce(next);
    const timer = setTimeout(() => once(errors.requestTimeout()), ARRIVAL_MS);
    void parse(request, response, (error?: unknown) => {
      clearTimeout(timer);
      once(error);
    });
  };
}

function isUpload(request: Request): boolean {
  return request.method === 'POST' && /^\/api\/files\/?$/i.test(request.path);
}

function onlyOnce(next: NextFunction): (error?: unknown) => void {
  let called = false;
  return (error) => {
    if (called) return;
    called = true;
    next(error);
  };
}
