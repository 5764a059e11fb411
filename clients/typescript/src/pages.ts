import { headersOf } from './answer-headers.js';
import { inOneSession } from './answer-session.js';

/** The cursor of the page after `page`, a list that a method returned. Undefined after the last one. */
export function nextCursor(page: readonly unknown[]): string | undefined {
  const next = /<([^>]+)>; rel="next"/.exec(headersOf(page).get('link') ?? '')?.[1];
  if (next === undefined) return undefined;
  return new URL(next, 'http://localhost').searchParams.get('cursor') ?? undefined;
}

/**
 * The pages of a list, each fetched when it is asked for:
 * `pages((cursor) => api.files.list({ query: { cursor, limit: 200 } }))`. A page of a filtered list can be empty.
 * @throws ApiError when another user signed in meanwhile, or the session ended: a list is one of one user.
 */
export async function* pages<T>(
  list: (cursor: string | undefined) => Promise<readonly T[]>,
): AsyncGenerator<readonly T[], void, undefined> {
  const read = inOneSession(list);
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    yield page;
    cursor = nextCursor(page);
  } while (cursor !== undefined);
}

/** The items of all pages of a list, one after the other. */
export async function* items<T>(
  list: (cursor: string | undefined) => Promise<readonly T[]>,
): AsyncGenerator<T, void, undefined> {
  for await (const page of pages(list)) yield* page;
}
