import type { IncomingMessage } from 'node:http';

// RFC 6750, section 2.1. The case of the scheme is ignored (RFC 9110, section 11.1).
const CREDENTIALS = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/**
 * The token in the `Authorization` header, or null. Tokens are accepted nowhere else. Two such headers, which
 * the server joins with a comma, give null: a proxy might use the one or the other.
 */
export function bearerToken(request: IncomingMessage): string | null {
  return CREDENTIALS.exec(request.headers.authorization ?? '')?.[1] ?? null;
}
