import { applyDecorators, type Type } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ApiRefusals } from '../refusals/api-refusals.js';
import { nextLink, type Page } from './paging.js';

/** Documents a page of `type`, and what may be wrong with the cursor that asked for it. */
export function ApiPageResponse(type: Type): MethodDecorator {
  const description =
    'The next page, when there is one: `<…>; rel="next"` (RFC 8288). A page of a filtered list may have fewer items than ' +
    '`limit`, even none, and still a next page, which goes on searching: the last page is the one without this header.';
  return applyDecorators(
    ApiOkResponse({ type: [type], headers: { Link: { description, schema: { type: 'string' } } } }),
    ApiRefusals('invalid_cursor'),
  );
}

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
