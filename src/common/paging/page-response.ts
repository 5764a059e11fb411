import { applyDecorators, type Type } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ApiRefusals } from '../refusals/api-refusals.js';
import { nextLink, type Page } from './paging.js';

/** Documents a page of `type`, and the refusals for its cursor. */
export function ApiPageResponse(type: Type): MethodDecorator {
  const description =
    'The next page, when there is one: `<…>; rel="next"` (RFC 8288). A page of a filtered list can have fewer items than ' +
    '`limit`, even none, and still have a next page. The last page is the one without this header.';
  return applyDecorators(
    ApiOkResponse({ type: [type], headers: { Link: { description, schema: { type: 'string' } } } }),
    ApiRefusals('invalid_cursor'),
  );
}

/** Turns the items of a page into responses. Puts the address of the next page into the `Link` header. */
export function sendPage<T, R>(
  request: Request,
  response: Response,
  page: Page<T>,
  map: (item: T) => R,
): R[] {
  if (page.nextCursor !== null) response.setHeader('Link', nextLink(request.originalUrl, page.nextCursor));
  return page.items.map(map);
}
