import type { CookieOptions, Request, Response } from 'express';
import { SESSION_TTL_MS } from './sessions.service.js';

const NAME = 'console_refresh';
/** The only route that a browser sends the cookie to. */
const PATH = '/api/auth/refresh';
/** Names and addresses of the machine itself, where browsers accept passwords without TLS. */
const LOCAL = /^(?:localhost|[^:]*\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/** The refresh token in the cookie of a request. Null when there is none. */
export function readRefreshCookie({ headers }: Request): string | null {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${NAME}=`))?.slice(NAME.length + 1) ?? null;
}

/**
 * Keeps a refresh token where no script can read it, as long as the session lives.
 * @param publicUrl the address of the service.
 */
export function setRefreshCookie(
  request: Request,
  response: Response,
  token: string,
  publicUrl: string,
): void {
  response.cookie(NAME, token, { ...attributes(request, publicUrl), maxAge: SESSION_TTL_MS });
}

export function clearRefreshCookie(request: Request, response: Response, publicUrl: string): void {
  response.clearCookie(NAME, attributes(request, publicUrl));
}

/**
 * `Secure` but on the machine itself, where not every browser keeps a secure cookie without TLS. A service whose address has TLS is
 * behind a proxy, which may name this machine as the host.
 */
function attributes({ headers }: Request, publicUrl: string): CookieOptions {
  const isLocal = !publicUrl.startsWith('https:') && LOCAL.test(headers.host ?? '');
  return { path: PATH, httpOnly: true, sameSite: 'strict', secure: !isLocal };
}
