import type { IncomingMessage } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import { errors } from '../../common/refusals/errors.js';
import type { ApiError } from '../../common/refusals/refusal.js';

const MAX_FIELDS = 100;
// RFC 3986, section 3.2: a name or an address, with an optional port. An empty host is invalid (RFC 9110,
// section 4.2.1).
const HOST = /^(?:[\w.~%!$&'()*+;=-]+|\[[\w.:%~-]+\])(?::\d{0,5})?$/;
const ABSOLUTE_FORM = /^https?:\/\/[^/?#]*/i;

/**
 * The request target without scheme and host (RFC 9112, section 3.2.2). They are dropped, so that a host name
 * sent by a client never appears in a link.
 */
export function originForm(target: string): string {
  const path = target.replace(ABSOLUTE_FORM, '');
  return path.startsWith('/') || path === target ? path : `/${path}`;
}

/**
 * A fault in the head of a request that Node's parser accepts, or null. A request that a proxy may understand
 * differently is refused. The server joins repeated fields with commas, so two `Host` fields are an invalid
 * host.
 */
export function headFault({
  rawHeaders,
  headers,
  httpVersion,
  method,
  url,
}: IncomingMessage): ApiError | null {
  // Two elements for each field: name and value.
  if (rawHeaders.length > 2 * MAX_FIELDS) return errors.headersTooLarge();
  const { host, expect, 'transfer-encoding': encoding } = headers;
  // RFC 9112, section 3.2: HTTP/1.1 requires exactly one.
  if (host === undefined ? httpVersion !== '1.0' : !HOST.test(host))
    return errors.malformedRequest('Send one valid Host.');
  // RFC 9112, sections 6.1 and 6.3: the end of the body is unknown, or unknown to some HTTP/1.0 proxies.
  if (encoding !== undefined && (encoding.toLowerCase() !== 'chunked' || httpVersion === '1.0'))
    return errors.malformedRequest('The transfer encoding is not supported.');
  // RFC 9112, section 3.2: a path, or the asterisk of OPTIONS.
  if (!url!.startsWith('/') && !(url === '*' && method === 'OPTIONS'))
    return errors.malformedRequest('The request target must be a path.');
  if (url!.includes('#')) return errors.malformedRequest('The request target must not have a fragment.');
  if (expect !== undefined && expect.toLowerCase() !== '100-continue') return errors.expectationFailed();
  return null;
}

/**
 * Refuses a request with a faulty head and closes the connection, because it is not certain where the next
 * request begins.
 */
export function requestHead(request: Request, response: Response, next: NextFunction): void {
  const fault = headFault(request);
  if (fault === null) return next();
  response.setHeader('Connection', 'close');
  next(fault);
}
