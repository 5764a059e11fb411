import type { IncomingMessage } from 'node:http';

// RFC 6750, section 2.1, with the scheme's case ignored (RFC 9110, section 11.1).
const CREDENTIALS = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/**
 * The token of the `Authorization` header, the only place it is read from; null without one. Of two such headers, which the
 * server has joined with a comma, there is none: a proxy in front might believe the one or the other.
 */
export function bearerToken(request: IncomingMessage): string | null {
  return CREDENTIALS.exec(request.headers.authorization ?? '')?.[1] ?? null;
}
