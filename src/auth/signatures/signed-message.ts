import type { Request } from 'express';

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: ':80', https: ':443' };

/** What a signature can cover of a request (RFC 9421, section 2). */
export interface SignedMessage {
  readonly method: string;
  /** `http` or `https`, as the client sees it. */
  readonly scheme: string;
  /** Host and port in lower case, without the default port of the scheme. */
  readonly authority: string;
  readonly path: string;
  /** With the question mark. Empty when there is none. */
  readonly query: string;
  /** All values of a header field, joined by a comma and a space. Null when it is absent. */
  field(name: string): string | null;
}

/** The message of a request that was sent to `scheme` and the `Host` of the request. */
export function messageOf(request: Request, scheme: string): SignedMessage {
  const { originalUrl: target, headers, rawHeaders } = request;
  const mark = target.indexOf('?');
  return {
    method: request.method,
    scheme,
    authority: withoutDefaultPort(headers.host ?? '', scheme),
    path: mark === -1 ? target : target.slice(0, mark),
    query: mark === -1 ? '' : target.slice(mark),
    field: (name) => fieldOf(rawHeaders, name),
  };
}

/** RFC 9421, section 2.2.3, and RFC 9110, section 4.2.3. */
function withoutDefaultPort(host: string, scheme: string): string {
  const authority = host.toLowerCase();
  const port = DEFAULT_PORTS[scheme];
  return port !== undefined && authority.endsWith(port) ? authority.slice(0, -port.length) : authority;
}

/** RFC 9421, section 2.1. Node joins some repeated fields in another way, so the lines themselves are read. */
function fieldOf(rawHeaders: readonly string[], name: string): string | null {
  const values = rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]!.toLowerCase() === name);
  return values.length === 0 ? null : values.map((value) => value.trim()).join(', ');
}
