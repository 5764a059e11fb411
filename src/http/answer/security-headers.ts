import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { capturedHeaders } from './captured-headers.js';

/** Answers are data: a browser must not run, frame or embed anything in them. */
const DATA = { defaultSrc: ["'none'"], frameAncestors: ["'none'"] };

/** Swagger UI needs its own scripts and styles. Nothing is loaded from elsewhere. */
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

/** The headers of helmet, as name and value, for every answer except those of `/docs`. */
export const DATA_HEADERS = headersFor(DATA);
/** For the answers of `/api`: they are not cached, unless the route sets another `Cache-Control`. */
export const API_HEADERS = [...DATA_HEADERS, ['Cache-Control', 'no-store']] as const;
const DOCS_HEADERS = headersFor(DOCS);

/**
 * Sets helmet's headers on every response. The content security policy is strict, with exceptions for `/docs`
 * only. Answers of `/api` can contain tokens, so they are not cached (RFC 9111, section 5.2.2.5).
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
      // The API can be called from other origins. CORS decides from which.
      crossOriginResourcePolicy: { policy: 'cross-origin' },
      // For Internet Explorer 8, Flash and pages with links. An API does not need them.
      xDownloadOptions: false,
      xPermittedCrossDomainPolicies: false,
      xDnsPrefetchControl: false,
      originAgentCluster: false,
    }),
  );
}
