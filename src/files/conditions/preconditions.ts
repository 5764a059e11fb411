import type { IncomingHttpHeaders } from 'node:http';
import { parseHttpDate } from './http-date.js';

/** The properties of a content that conditions are compared with. */
export interface Representation {
  /** Strong, with its quotes. */
  readonly entityTag: string;
  /** In whole seconds, like every HTTP date. */
  readonly lastModified: Date;
  readonly size: number;
}

/** The conditions of a request as it sent them. A request that has none is `{}`. */
export type Preconditions = Pick<
  IncomingHttpHeaders,
  'if-match' | 'if-unmodified-since' | 'if-none-match' | 'if-modified-since'
>;

/** True when `If-Match` holds, or `If-Unmodified-Since` in its absence. A read and a write are refused otherwise. */
export function preconditionHolds(
  headers: Preconditions,
  { entityTag, lastModified }: Representation,
): boolean {
  const ifMatch = headers['if-match'];
  // Strong comparison (RFC 9110, section 13.1.1): a weak tag never matches.
  if (ifMatch !== undefined) return ifMatch.trim() === '*' || tagsOf(ifMatch).includes(entityTag);
  const since = dateOf(headers['if-unmodified-since']);
  return since === null || lastModified.getTime() <= since;
}

/**
 * True when a write may replace this representation (RFC 9110, section 13.2.2). `If-None-Match` refuses a write,
 * too; `If-Modified-Since` is for reads only.
 */
export function writeMayReplace(headers: Preconditions, representation: Representation): boolean {
  const ifNoneMatch = headers['if-none-match'];
  return (
    preconditionHolds(headers, representation) &&
    (ifNoneMatch === undefined || !matchesWeakly(ifNoneMatch, representation))
  );
}

/** True when a reader already has this representation: 304. */
export function isNotModified(headers: Preconditions, representation: Representation): boolean {
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) return matchesWeakly(ifNoneMatch, representation);
  const since = dateOf(headers['if-modified-since']);
  return since !== null && representation.lastModified.getTime() <= since;
}

/** Weak comparison (RFC 9110, section 13.1.2): the prefix `W/` is ignored. */
function matchesWeakly(header: string, { entityTag }: Representation): boolean {
  return header.trim() === '*' || tagsOf(header).some((tag) => tag.replace(/^W\//, '') === entityTag);
}

function tagsOf(header: string): string[] {
  return header.match(/(?:W\/)?"[^"]*"/g) ?? [];
}

/** Milliseconds since the epoch. Null for an invalid date: its condition is ignored (RFC 9110, section 13.1.3). */
export function dateOf(header: string | undefined): number | null {
  return header === undefined ? null : parseHttpDate(header.trim());
}
