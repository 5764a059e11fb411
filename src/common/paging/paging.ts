import { errors } from '../refusals/errors.js';

/** One page, and the cursor of the next when there is more. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/**
 * Makes a page of rows, of which one more than `limit` was asked for: when it is there, the next page begins after the last
 * item of this one. When it is not, the next page begins where the search for rows has stopped (`scannedTo`), if it has.
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

/** A cursor is opaque to clients: the base64url of the last row's sort key. */
export function encodeCursor(key: string): string {
  return Buffer.from(key).toString('base64url');
}

/** @throws `invalid_cursor` unless the cursor decodes to a key of the form `pattern`. */
export function decodeCursor(cursor: string, pattern: RegExp): string {
  const key = Buffer.from(cursor, 'base64url').toString();
  if (!pattern.test(key)) throw errors.invalidCursor();
  return key;
}

/** The `Link` header of the next page (RFC 8288): the same path and query, in origin-form, with another cursor. */
export function nextLink(target: string, cursor: string): string {
  const { pathname, searchParams } = new URL(target, 'http://localhost');
  searchParams.set('cursor', cursor);
  return `<${pathname}?${searchParams.toString()}>; rel="next"`;
}
