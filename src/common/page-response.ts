import type { Request, Response } from 'express';
import { nextLink, type Page } from './paging.js';

/** Documents the `Link` header of a list. */
export const LINK_HEADER = {
  Link: {
    description:
      'The next page, when there is one: `<…>; rel="next"` (RFC 8288). A page of a filtered list may have fewer items than ' +
      '`limit`, even none, and still a next page, which goes on searching: the last page is the one without this header.',
    schema: { type: 'string' as const },
  },
};

/** The items of a page as responses, with the next page in the `Link` header. */
export function sendPage<T, R>(
  request: Request,
  response: Response,
  page: Page<T>,
  map: (item: T) => R,
): R[] {
  if (page.nextCursor !== null) response.setHeader('Link', nextLink(request.originalUrl, page.nextCursor));
  return page.items.map(map);
}
