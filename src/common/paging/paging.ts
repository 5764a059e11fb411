import { errors } from '../refusals/errors.js';

/** One page, with the cursor of the next page when there are more rows. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/**
 * Makes a page from rows, of which `limit` plus one were requested. With the extra row, the next page begins
 * after the last item of this page. Without it, the next page begins at `scannedTo`, where the search stopped
 * early, if it did.
 */
export function toPage<T>(
  rows: readonly T[],
  limit: number,
  keyOf: (row: T) => string,
  scannedTo: string | null = null,
): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const end = rows.length > limit && last !== undefined ? keyOf(last) : scannedTo;
  return { items, nextCursor: end === null ? null : encodeCursor(end) };
}

/** Makes a cursor: the base64url of the last row's sort key. Clients must not interpret it. */
export function encodeCursor(key: string): string {
  return Buffer.from(key).toString('base64url');
}

/** @throws `invalid_cursor` when the decoded key does not match `pattern`. */
export function decodeCursor(cursor: string, pattern: RegExp): string {
  const key = Buffer.from(cursor, 'base64url').toString();
  if (!pattern.test(key)) throw errors.invalidCursor();
  return key;
}

/** The `Link` header of the next page (RFC 8288): the same path and query with another cursor. */
export function nextLink(target: string, cursor: string): string {
  const { pathname, searchParams } = new URL(target, 'http://localhost');
  searchParams.set('cursor', cursor);
  return `<${pathname}?${searchParams.toString()}>; rel="next"`;
}
