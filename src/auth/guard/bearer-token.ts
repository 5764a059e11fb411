import type { IncomingMessage } from 'node:http';

// RFC 6750, section 2.1, with the scheme's case ignored (RFC 9110, section 11.1).
const CREDENTIALS = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/**
 * The token of the `Authorization` header, the only place it is read from; null without one.
 * Two such headers are refused: Node keeps the first, a proxy in front might believe the other.
 */
export function bearerToken(request: IncomingMessage): string | null {
  const header = request.headers.authorization;
  if (header === undefined || countHeaders(request, 'authorization') > 1) return null;
  return CREDENTIALS.exec(header)?.[1] ?? null;
}

function countHeaders(request: IncomingMessage, name: string): number {
  let count = 0;
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const raw = request.rawHeaders[index]!;
    if (raw.length === name.length && raw.toLowerCase() === name) count++;
  }
  return count;
}
