import type { IncomingMessage } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import { type ApiError, errors } from '../../common/refusals/errors.js';

const MAX_FIELDS = 100;
// RFC 3986, section 3.2: a name or an address, and perhaps a port. An empty host is none (RFC 9110, section 4.2.1).
const HOST = /^(?:[\w.~%!$&'()*+;=-]+|\[[\w.:%~-]+\])(?::\d{0,5})?$/;
const ABSOLUTE_FORM = /^https?:\/\/[^/?#]*/i;

/**
 * The target of a request without the scheme and the host that it may name (RFC 9112, section 3.2.2). The service is the
 * same under every name, and what a client writes there must not come back in a link.
 */
export function originForm(target: string): string {
  const path = target.replace(ABSOLUTE_FORM, '');
  return path.startsWith('/') || path === target ? path : `/${path}`;
}

/**
 * What is wrong with the head of a request that Node's parser lets pass, or null. Where a proxy in front may read it
 * otherwise, it is not served. The server joins repeated fields with commas, so that two hosts are no host.
 */
export function headFault({
  rawHeaders,
  headers,
  httpVersion,
  method,
  url,
}: IncomingMessage): ApiError | null {
  // Of a name and a value each.
  if (rawHeaders.length > 2 * MAX_FIELDS) return errors.headersTooLarge();
  const { host, expect, 'transfer-encoding': encoding } = headers;
  // RFC 9112, section 3.2: exactly one, from 1.1 on.
  if (host === undefined ? httpVersion !== '1.0' : !HOST.test(host))
    return errors.malformedRequest('Send one valid Host.');
  // Sections 6.1 and 6.3: the end of the body cannot be known, or is not known to every HTTP/1.0 proxy.
  if (encoding !== undefined && (encoding.toLowerCase() !== 'chunked' || httpVersion === '1.0'))
    return errors.malformedRequest('The transfer encoding is not supported.');
  // Section 3.2: the path, or the asterisk of OPTIONS.
  if (!url!.startsWith('/') && !(url === '*' && method === 'OPTIONS'))
    return errors.malformedRequest('The request target must be a path.');
  if (url!.includes('#')) return errors.malformedRequest('The request target must not have a fragment.');
  if (expect !== undefined && expect.toLowerCase() !== '100-continue') return errors.expectationFailed();
  return null;
}

/** Refuses a request whose head has a fault, and closes the connection: where the next request begins is not certain, either. */
export function requestHead(request: Request, response: Response, next: NextFunction): void {
  const fault = headFault(request);
  if (fault === null) return next();
  response.setHeader('Connection', 'close');
  next(fault);
}
