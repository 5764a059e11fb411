import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { capturedHeaders } from './captured-headers.js';

/** Answers are data: no browser may run, frame or embed anything in them. */
const DATA = { defaultSrc: ["'none'"], frameAncestors: ["'none'"] };

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

/** helmet's headers on every answer but those of `/docs`, as name and value. */
export const DATA_HEADERS = headersFor(DATA);
/** On an answer of `/api`: nobody keeps it, unless its route says otherwise. */
export const API_HEADERS = [...DATA_HEADERS, ['Cache-Control', 'no-store']] as const;
const DOCS_HEADERS = headersFor(DOCS);

/**
 * helmet's headers on every response, with a policy that is tight for data and just enough for `/docs`; and no copies of
 * what `/api` answers, tokens among it (RFC 9111, section 5.2.2.5).
 */
export function securityHeaders(request: Request, response: Response, next: NextFunction): void {
  for (const [name, value] of headersOfPath(request.path)) response.setHeader(name, value);
  next();
}

function headersOfPath(path: string): readonly (readonly [string, string])[] {
  if (/^\/api(\/|$)/i.test(path)) return API_HEADERS;
  return /^\/docs(\/|$)/i.test(path) ? DOCS_HEADERS : DATA_HEADERS;
}

function headersFor(directives: Record<string, string[]>): readonly (readonly [string, string])[] {
  return capturedHeaders(
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
