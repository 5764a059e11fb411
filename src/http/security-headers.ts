import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { headersOf } from './headers-of.js';

/** Answers of the API are data: no browser may run, frame or embed anything in them. */
const API = { defaultSrc: ["'none'"], frameAncestors: ["'none'"] };

/** Swagger UI needs its own scripts and styles, and nothing from elsewhere. */
const DOCS = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:'],
  fontSrc: ["'self'"],
  connectSrc: ["'self'"],
  frameAncestors: ["'none'"],
  formAction: ["'none'"],
  baseUri: ["'none'"],
};

/** helmet's headers on an answer of the API, as name and value. */
export const API_HEADERS = headersFor(API);
const DOCS_HEADERS = headersFor(DOCS);

/** helmet's headers on every response, with a policy that is tight for the API and just enough for `/docs`. */
export function securityHeaders(request: Request, response: Response, next: NextFunction): void {
  const headers = /^\/docs(\/|$)/i.test(request.path) ? DOCS_HEADERS : API_HEADERS;
  for (const [name, value] of headers) response.setHeader(name, value);
  next();
}

function headersFor(directives: Record<string, string[]>): readonly (readonly [string, string])[] {
  return headersOf(
    helmet({
      contentSecurityPolicy: { useDefaults: false, directives },
      // The API is meant to be called from other origins; CORS says which.
      crossOriginResourcePolicy: { policy: 'cross-origin' },
      // For Internet Explorer 8, Flash and pages with links: an API has no use for them.
      xDownloadOptions: false,
      xPermittedCrossDomainPolicies: false,
      xDnsPrefetchControl: false,
      originAgentCluster: false,
    }),
  );
}
